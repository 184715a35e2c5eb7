"""Running models over the faces of an evaluation set, from the page where they are compared."""

from collections.abc import Mapping

import streamlit as st

from fers.domain.evaluation_sets import EvaluationSet, Result
from fers.domain.people import Person
from fers.services.models.standings import Standing
from fers.ui import guard
from fers.ui.models.runs import runs
from fers.ui.services import platform
from fers.ui.session import person
from fers.ui.words import as_typed, why_given_up


def show(actor: Person, on: EvaluationSet) -> None:
    """Each model with how far it is, and buttons to run and stop it. Looks again by itself while any runs."""
    running = runs().running(actor)
    is_busy = any((info.id, on) in running for info in platform().live_model.models())
    st.fragment(_runs, run_every="2s" if is_busy else None)(on, is_busy)


def measured(actor: Person, on: EvaluationSet) -> list[tuple[Standing, Result]]:
    """The leaderboard's rows; without any, it says what to do about that."""
    if not any(standing.run for standing in platform().arena.standings(actor, on)):
        st.info("No model has been run on these faces yet. Run them all, or only those you want to compare.")
        return []
    return platform().arena.leaderboard(actor, on)


@guard.for_whoever_is_here
def _runs(actor: Person, on: EvaluationSet, was_busy: bool) -> None:
    running, given_up = runs().running(actor), runs().given_up(actor)
    standings = platform().arena.standings(actor, on)
    waiting = [standing.info.id for standing in standings if (standing.info.id, on) not in running]
    if waiting:
        kind = "secondary" if any(standing.run for standing in standings) else "primary"
        st.button("Run all models", key="run-all", type=kind, on_click=_run, args=(waiting, on))
    done = [standing for standing in standings if standing.run and standing.info.id in waiting]
    for standing in standings:
        if standing not in done:
            _one(actor, on, standing, standing.info.id in waiting, given_up)
    if done:
        with st.expander(f"{len(done)} of {len(standings)} models have been run", key=f"done-{on}"):
            for standing in done:
                _one(actor, on, standing, True, given_up)
    is_busy = len(waiting) < len(standings)
    if is_busy:
        runs().go_on()
    if was_busy != is_busy:
        st.rerun()  # There is something to wait for now, or nothing any more, and more to compare.


def _one(actor: Person, on: EvaluationSet, standing: Standing, is_idle: bool, given_up: Mapping) -> None:
    """How far a model is, and what can be done about it."""
    name = standing.info.id
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, standing.answered / max(1, standing.faces)), _progress(standing, is_idle))
        # Callbacks, and not what follows "if": a click that comes while an earlier one is being served is kept.
        if not is_idle:
            st.button("Stop", key=f"stop-{name}", on_click=_stop, args=(name, on))
        else:
            kind, label = ("tertiary", "Run again") if standing.run else ("primary", "Run")
            st.button(label, key=f"run-{name}", type=kind, on_click=_run, args=([name], on))
    if run := given_up.get((name, on)):
        st.warning(
            f"The run of {name} stopped early. {why_given_up(actor, run)} Its answers are kept: run it again to "
            "continue."
        )


def _run(models: list[str], on: EvaluationSet) -> None:
    with guard.explaining():
        for name in models:
            runs().start(person(), name, on)


def _stop(name: str, on: EvaluationSet) -> None:
    with guard.explaining():
        runs().cancel(person(), name, on)


def _progress(standing: Standing, is_idle: bool) -> str:
    name = f"**{standing.info.id}** {as_typed(standing.info.version)}"
    if not standing.faces:
        return f"{name}: not run yet" if is_idle else f"{name}: waiting for its turn"
    failed = f" · failed on {standing.failed:,}" if standing.failed else ""
    return f"{name}: {standing.answered:,} of {standing.faces:,} faces{failed}"
