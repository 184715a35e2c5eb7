"""Removing somebody else's face, for the study's owner."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.people.withdrawal import Removal
from fers.ui import guard
from fers.ui.faces.thumbnails import CELL_PIXELS, thumbnail
from fers.ui.services import platform


def offer_removal(actor: Person, study_id: str, face_id: str) -> None:
    """A way to remove a face, which asks once more; nothing for anybody who may not."""
    if not allowed(actor, Action.MANAGE_STUDY, study_id):
        return
    if st.button("Remove", icon=":material/delete:", type="tertiary", key=f"remove-{face_id}"):
        _confirm(study_id, face_id)


@st.dialog("Remove this photo?")
@guard.for_whoever_is_here
def _confirm(actor: Person, study_id: str, face_id: str) -> None:
    thumbnail(actor, face_id, width=CELL_PIXELS)
    st.write(
        "The photo and everything that belongs to it will be deleted at once, for good, from dataset versions too."
    )
    reason = st.radio("Why?", list(Removal), format_func=str.capitalize, key=f"why-remove-{face_id}")
    if st.button("Remove it", type="primary", width="stretch", key=f"yes-remove-{face_id}"):
        with guard.explaining():
            platform().withdrawal.remove(actor, study_id, face_id, reason)
            st.rerun()
