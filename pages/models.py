"""Which models there are, and which one participants meet."""

from functools import partial

import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.models import field, model_cards, model_form
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import WHO_DECIDES, as_typed

actor = guard.enter(Action.COMPARE_MODELS)


def live_model() -> str:
    """Say which model is live, and let those who may change that. Returns its id."""
    live = platform().live_model
    before, now = live.before(), live.default()
    if gone := live.vanished():
        st.warning(f"**{gone}** was made live, but this server doesn't have it. Register it again, or choose another.")
    st.write(f"The live model is **{now.id}** {as_typed(now.version)}.")
    field.say_whose_guesses_people_see()
    if not allowed(actor, Action.MANAGE_MODELS):
        return now.id
    others = [info.id for info in live.models() if info.id != now.id]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Another model", others, index=None, placeholder="Choose one")
        if st.button("Make it live", disabled=chosen is None):
            live.promote(actor, chosen)
            st.rerun()
        if before and _went_back(actor, before.id):
            st.rerun()
    return now.id


def _went_back(actor: Person, model_id: str) -> bool:
    change = f"From then on, participants in every study will see the guesses of **{model_id}**."
    yes, icon = f"Yes, make {model_id} live", ":material/undo:"
    go = partial(platform().live_model.roll_back, actor)
    return confirmed(f"Go back to {model_id}", change, yes, go, about=f"back-{model_id}", icon=icon)


st.title("Models")
live_id = None
live, registered = st.columns([2, 3], gap="large")
with live:
    st.header("Live")
    with guard.explaining():
        live_id = live_model()
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
