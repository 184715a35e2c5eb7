"""How models do in the field: blind trials, models that answer in the background, and drift."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import field, guard

actor = guard.enter(Action.COMPARE_MODELS)

st.title("In the field")
with guard.explaining():
    field.trials(actor)
