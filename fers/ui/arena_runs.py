"""Running models over the faces of a yardstick, from the page where they are compared."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.yardsticks import Yardstick
from fers.services.standings import Standing
from fers.ui.runs import runs
from fers.ui.services import platform


def show(actor: Person, on: Yardstick) -> None:
    """Each model with how far it is, and buttons to run and stop it. Looks again by itself while any runs."""
    running = runs().running(actor)
    is_busy = any((info.id, on) in running for info in platform().live_model.models())
    st.fragment(_runs, run_every="2s" if is_busy else None)(actor, on, is_busy)


def _runs(actor: Person, on: Yardstick, was_busy: bool) -> None:
    is_busy, running, given_up = False, runs().running(actor), runs().given_up(actor)
    for standing in platform().arena.standings(actor, on):
        name = standing.info.id
        is_running = (name, on) in running
        is_busy |= is_running
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, standing.answered / max(1, standing.faces)), _progress(standing))
            if is_running and st.button("Stop", key=f"stop-{name}"):
                runs().cancel(actor, name, on)
                st.rerun()
            kind, label = ("tertiary", "Run again") if standing.run else ("primary", "Run")
            if not is_running and st.button(label, key=f"run-{name}", type=kind):
                runs().start(actor, name, on)
                st.rerun()
        if run := given_up.get((name, on)):
            st.warning(f"The run of {name} ended early. {run.why} What it did is kept; run it again to go on.")
    if was_busy and not is_busy:
        st.rerun()  # Nothing is left to wait for, and there is more to compare.


def _progress(standing: Standing) -> str:
    name = f"**{standing.info.id}** {standing.info.version}"
    if not standing.faces:
        return f"{name}: not run yet"
    failed = f" · failed on {standing.failed:,}" if standing.failed else ""
    return f"{name}: {standing.answered:,} of {standing.faces:,} faces{failed}"
