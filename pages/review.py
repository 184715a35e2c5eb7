"""Label other people's faces: one large, one key a label."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.reviewing import review_faces
from fers.ui.services import platform
from fers.ui.studies import choose_study

actor = guard.enter(Action.REVIEW)
study = platform().studies.current(actor)

st.title("Review")
choose_study(actor)
st.caption("Which expression do you see? One key or one tap a face.")
review_faces(study)
