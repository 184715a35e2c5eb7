"""One face: what people and models say of it, what became of it, and what is to be done about it."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.faces.one_face import history, models_say, people_say, show_picture, what_to_do
from fers.ui.services import platform

actor = guard.enter(Action.MANAGE_OWN_DATA)  # The face may be of another study than the one they work in.

st.title("Face")
st.page_link("pages/explore.py", label="All faces", icon=":material/grid_view:")
with guard.explaining():
    about = platform().faces.about(actor, st.query_params.get("id", ""))
    picture, known = st.columns([1, 3], gap="medium")
    with picture:
        show_picture(actor, about)
    with known:
        what_to_do(actor, about)
        people_say(about)
        models_say(actor, about)
        history(about)
