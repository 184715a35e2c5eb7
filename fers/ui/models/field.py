"""Blind trials: starting, reading and ending them."""

import altair as alt
import pandas as pd
import streamlit as st

from fers.analysis.bradley_terry import Ranking
from fers.domain.faces import Unscored, UnscoredReason
from fers.domain.field import Trial
from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.models.trials import Tally, TrialResult
from fers.ui import guard
from fers.ui.languages import moment
from fers.ui.look import ACCENT, GRAY
from fers.ui.services import platform
from fers.wording import listed

_BEFORE = "Count only answers given before seeing the guess"
_LIVE_STAYS = "None: keep the live model"


def say_whose_guesses_people_see() -> None:
    """A line for the page on which the live model is named and chosen."""
    if trial := platform().trials.current():
        names = listed((f"**{name}**" for name in trial.model_ids), "or")
        st.info(
            f"A blind trial is running: until it ends, participants see the guess of {names}, not the live model's."
        )
    else:
        st.caption("Participants see its guesses.")


def trials(actor: Person) -> None:
    """The current trial or the choice of a new one, and what any of them says."""
    service = platform().trials
    known = service.trials(actor)
    current = next((trial for trial in known if trial.ended_at is None), None)
    st.write(
        "For each new face, two models are drawn at random. The participant sees the guess of one, without being told "
        "which, and says what the face shows. Both models are judged by that label."
    )
    if current is None and allowed(actor, Action.MANAGE_MODELS):
        _start(actor)
    if not known:
        st.info("No trial has run yet.")
        return
    trial = st.selectbox("Trial", known, format_func=_trial_words) if len(known) > 1 else known[0]
    if trial.ended_at is None:
        st.success(f"This trial has been running since {moment(trial.started_at)}.", icon=":material/science:")
    for name in service.changed() if trial.ended_at is None else ():
        st.warning(f"**{name}** has been changed or removed since the trial began, so it no longer takes part.")
    _result(actor, trial)
    if trial.ended_at is None and allowed(actor, Action.MANAGE_MODELS):
        _end(actor, trial)


def _start(actor: Person) -> None:
    with st.form("trial", border=True):
        names = st.multiselect("Models to compare", [info.id for info in platform().live_model.models()])
        st.caption("During the trial, participants in every study see the guesses of these models instead.")
        if st.form_submit_button("Start the trial", type="primary", icon=":material/science:"):
            with guard.explaining():
                platform().trials.start(actor, names)
                st.rerun()


def _end(actor: Person, trial: Trial) -> None:
    with st.popover("End the trial", icon=":material/stop_circle:", key=f"end-{trial.id}"):
        promoted = st.radio("Which model goes live?", [_LIVE_STAYS, *trial.model_ids])
        if st.button("End it", type="primary", width="stretch"):
            with guard.explaining():
                platform().trials.end(actor, trial.id, None if promoted == _LIVE_STAYS else promoted)
                st.rerun()


def _result(actor: Person, trial: Trial) -> None:
    before_only = st.toggle(_BEFORE, help="Seeing a guess sways people towards it.")
    result = platform().trials.result(actor, trial.id, before_only)
    faces, before = st.columns(2)
    faces.metric("Faces compared", f"{result.faces:,}")
    before.metric("Labelled before seeing a guess", f"{result.before:,}")
    for unscored, lost in sorted(result.unscored.items(), key=lambda one: -one[1]):
        st.warning(_unscored_words(unscored, lost))
    if result.by_label is None:
        st.info("No face has been compared yet. It takes a participant who agreed to testing models and labels theirs.")
        return
    st.header(_verdict(result), anchor=False)
    st.altair_chart(_strengths(trial, result.by_label), width="stretch")
    _explain(result)
    st.subheader("Pairwise comparisons", anchor=False)
    st.dataframe(_pairs(result), hide_index=True)
    st.subheader("By the model shown", anchor=False)
    st.dataframe(_shown(result), hide_index=True)
    st.caption("If a model wins much more often when its own guess is shown, that is because the guess sways people.")
    with st.expander("By the probability given to the label"):
        st.write("Here, the model that gave the label the higher probability wins, so nearly every face counts.")
        st.altair_chart(_strengths(trial, result.by_probability), width="stretch")


def _verdict(result: TrialResult) -> str:
    return "Too early to tell" if result.winner is None else f"{result.winner} is better"


def _unscored_words(unscored: Unscored, faces: int) -> str:
    number = "1 comparison was" if faces == 1 else f"{faces:,} comparisons were"
    why = "was too slow" if unscored.why is UnscoredReason.SLOW else "failed"
    return f"{number} not made because **{unscored.model_id}** {why}."


def _explain(result: TrialResult) -> None:
    ranking = result.by_label
    if ranking.regularised:
        st.caption("A model has never won or never lost yet, so half a win was added to each side of every pair.")
    st.caption(
        "A model wins a face when its first guess is the label and the other's isn't. Strengths are log odds (Bradley "
        "and Terry, 1952; ties after Davidson, 1970); 0 is the average. Lines are 95% intervals, too short where few "
        "people gave many of the faces. If you look every day and stop at the first lead, you will find leads that are "
        "chance: decide beforehand how many faces to wait for."
    )


def _strengths(trial: Trial, ranking: Ranking) -> alt.LayerChart:
    points = pd.DataFrame(
        [
            {"Model": name, "Strength": strength, "low": low, "high": high}
            for name, strength, (low, high) in zip(trial.model_ids, ranking.strengths, ranking.intervals(), strict=True)
        ]
    )
    order = list(points.sort_values("Strength", ascending=False)["Model"])
    base = alt.Chart(points).encode(
        y=alt.Y("Model:N", sort=order, title=None, axis=alt.Axis(labelLimit=240)),
        tooltip=["Model", *(alt.Tooltip(field, format=".2f") for field in ("Strength", "low", "high"))],
    )
    lines = base.mark_rule(color=ACCENT, strokeWidth=2).encode(
        x=alt.X("low:Q", title="Strength, with 95% interval"), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, color=ACCENT, opacity=1).encode(x="Strength:Q")
    average = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=GRAY, strokeDash=[4, 4]).encode(x="at:Q")
    return (average + lines + dots).properties(height=44 * len(order) + 60)


def _pairs(result: TrialResult) -> list[dict]:
    return [
        {"Model A": one, "Model B": other} | _counts(tally, "Only A right", "Only B right")
        for (one, other), tally in result.pairs.items()
    ]


def _shown(result: TrialResult) -> list[dict]:
    return [
        {"Shown": shown, "Not shown": challenger} | _counts(tally, "Only the shown right", "Only the other right")
        for (shown, challenger), tally in result.shown.items()
        if tally.faces
    ]


def _counts(tally: Tally, wins: str, losses: str) -> dict[str, int]:
    return {wins: tally.wins, losses: tally.losses, "Both right": tally.both_right, "Both wrong": tally.both_wrong}


def _trial_words(trial: Trial) -> str:
    started = f"{trial.started_at:%d %b %Y}"
    days = f"since {started}" if trial.ended_at is None else f"{started} to {trial.ended_at:%d %b %Y}"
    return f"{', '.join(trial.model_ids)} ({days})"
