"""Label other people's faces: one large, one key a label."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.labelling.reviewing import review_faces
from fers.ui.languages import _
from fers.ui.people.studies import choose_study
from fers.ui.services import platform

actor = guard.enter(Action.REVIEW)
study = platform().studies.current(actor)

with st.container(key="review-head", horizontal=True, vertical_alignment="center"):
    st.title(_("Which expression do you see?"), anchor=False)
    choose_study(actor)
review_faces(study)
