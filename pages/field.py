"""How models do in the field: blind trials, models that answer in the background, and drift."""

import streamlit as st

from fers.domain.permissions import Action, allowed
from fers.ui import guard
from fers.ui.models import field
from fers.ui.models.drift import drift
from fers.ui.models.shadows import shadows
from fers.ui.people.studies import choose_study
from fers.ui.services import platform
from fers.ui.words import WHO_DECIDES

actor = guard.enter(Action.COMPARE_MODELS)
study = platform().studies.current(actor)

st.title("In the field")
if not allowed(actor, Action.COMPARE_MODELS):
    # A role in one study opens what is about that study alone.
    choose_study(actor)
    with guard.explaining():
        drift(actor, study)
    st.caption(f"Trials and background models cover all studies here, so they aren't shown for just one. {WHO_DECIDES}")
    st.stop()
# Only the open tab is worked out.
trial, background, weeks = st.tabs(["Trial", "In the background", "Drift"], key="field", on_change="rerun")
if trial.open:
    with trial, guard.explaining():
        field.trials(actor)
if background.open:
    with background, guard.explaining():
        shadows(actor)
if weeks.open:
    with weeks, guard.explaining():
        choose_study(actor)
        drift(actor, study)
