"""Models in the background: the processes in which they answer, and how they do."""

import math
import time
from functools import cache

import altair as alt
import pandas as pd
import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.models.shadows import JOB, MOST_WAITING, Shadow
from fers.ui import guard
from fers.ui.languages import moment
from fers.ui.look import ACCENT
from fers.ui.services import platform
from fers.ui.web.processes import Processes
from fers.ui.words import why_given_up

PAUSE_SECONDS = 600
"""A process that failed is not started again here for so long."""


class Background:
    """The processes that this server started, one a model."""

    def __init__(self):
        self._here = Processes()
        self._started: dict[str, float] = {}

    def keep_up(self) -> None:
        """Start what new faces wait for and nobody does."""
        platform().shadows.ask_for_what_is_missing()
        for job in platform().jobs.free():
            if job.startswith(JOB) and not self._here.is_running(job) and not self._failed_lately(job):
                self._started[job] = time.monotonic()
                self._here.start(job, "shadow", job.removeprefix(JOB))

    def _failed_lately(self, job: str) -> bool:
        return self._here.has_failed(job) and time.monotonic() - self._started[job] < PAUSE_SECONDS


@cache
def background() -> Background:
    return Background()


def shadows(actor: Person) -> None:
    """Which models answer in the background, and how each of them does."""
    service = platform().shadows
    st.write(
        "These models answer for each new face too, in the background. Participants never see their guesses and never "
        "wait for them. Only faces whose participants agreed to testing models and said what they show are used."
    )
    chosen = service.shadows(actor)
    if allowed(actor, Action.MANAGE_MODELS):
        _choose(actor, [shadow.model_id for shadow in chosen])
    if not chosen:
        st.info("No model runs in the background yet.")
        return
    for shadow in chosen:
        _describe(actor, shadow)
    measured = [shadow for shadow in chosen if shadow.answered]
    if measured:
        st.altair_chart(_chart(measured), width="stretch")
        st.caption("Shares of the new faces that each model has answered for, with 95% intervals (Wilson).")


def _choose(actor: Person, chosen: list[str]) -> None:
    with st.form("shadows", border=True):
        registered = [info.id for info in platform().live_model.models()]
        names = st.multiselect("Models in the background", sorted({*registered, *chosen}), default=chosen)
        if st.form_submit_button("Save", type="primary"):
            with guard.explaining():
                platform().shadows.choose(actor, names)
                st.rerun()


def _describe(actor: Person, shadow: Shadow) -> None:
    with st.container(border=True):
        st.markdown(f"**{shadow.model_id}**")
        if shadow.info is None:
            st.warning("It is no longer registered, or can't be used. Register it again, or take it out of the list.")
        if shadow.given_up:
            why = why_given_up(actor, shadow.given_up)
            st.warning(f"It was stopped. {why} Save the choice again to restart it.")
        failed = f" · could not answer for {shadow.failed:,}" if shadow.failed else ""
        faces = f"{shadow.answered:,} new face{'s' * (shadow.answered != 1)}"
        st.caption(f"{faces} answered · chosen {moment(shadow.since)} · {_behind(shadow.waiting)}{failed}")
        first, third = st.columns(2)
        first.metric("Top-1", *_share(shadow.top1), delta_color="off", delta_arrow="off")
        third.metric("Top-3", *_share(shadow.top3), delta_color="off", delta_arrow="off")


def _behind(waiting: int) -> str:
    if not waiting:
        return "up to date"
    return f"{waiting}{'+' if waiting == MOST_WAITING else ''} behind"


def _share(figure: tuple[float, float, float]) -> tuple[str, str | None]:
    value, low, high = figure
    return ("–", None) if math.isnan(value) else (f"{value:.1%}", f"{low:.1%} to {high:.1%}")


def _chart(shadows: list[Shadow]) -> alt.LayerChart:
    rows = [
        {"Model": shadow.model_id, "Share": name, "value": value, "low": low, "high": high}
        for shadow in shadows
        for name, (value, low, high) in (("Top-1", shadow.top1), ("Top-3", shadow.top3))
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("Model:N", title=None, axis=alt.Axis(labelLimit=240)),
        tooltip=["Model", "Share", *(alt.Tooltip(field, format=".1%") for field in ("value", "low", "high"))],
    )
    low = alt.X("low:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    lines = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x=low, x2="high:Q")
    dots = base.mark_point(filled=True, size=80, color=ACCENT, opacity=1).encode(x="value:Q", shape="Share:N")
    return (lines + dots).properties(height=44 * len(shadows) + 60)
