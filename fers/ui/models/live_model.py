"""The live model on the models' page."""

from functools import partial

import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.ui.confirming import confirmed
from fers.ui.models import field
from fers.ui.services import platform
from fers.ui.words import as_typed


def show(actor: Person) -> str:
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
    go = partial(platform().live_model.roll_back, actor, model_id)
    return confirmed(f"Go back to {model_id}", change, yes, go, about=f"back-{model_id}", icon=icon)
