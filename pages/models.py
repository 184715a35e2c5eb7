"""Which models there are, and which one participants meet."""

import streamlit as st

from fers.domain.permissions import Action, allowed
from fers.ui import guard
from fers.ui.models import live_model, model_cards, model_form
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import WHO_DECIDES

actor = guard.enter(Action.COMPARE_MODELS)

st.title("Models")
live_id = None
live, registered = st.columns([2, 3], gap="large")
with live:
    st.header("Live")
    with guard.explaining():
        live_id = live_model.show(actor)
    if allowed(actor, Action.MANAGE_MODELS):
        with st.expander("Register a model", icon=":material/upload:", expanded=state().model_news is not None):
            model_form.show(actor)
    else:
        st.caption(f"Registering a model or making one live affects every study here. {WHO_DECIDES}")
    st.page_link("pages/arena.py", label="Compare models", icon=":material/leaderboard:")
with registered:
    st.header("Registered")
    model_cards.show(platform().live_model.models(), live_id)
    model_cards.show_refused(platform().live_model.refused())
