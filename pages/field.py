"""How models do in the field: blind trials, models that answer in the background, and drift."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import field, guard, shadows

actor = guard.enter(Action.COMPARE_MODELS)

st.title("In the field")
# Only the open tab is worked out.
trial, background = st.tabs(["Trial", "In the background"], key="field", on_change="rerun")
if trial.open:
    with trial, guard.explaining():
        field.trials(actor)
if background.open:
    with background, guard.explaining():
        shadows.shadows(actor)
