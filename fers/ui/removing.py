"""Removing somebody else's face, for whoever runs the study."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.withdrawal import Removal
from fers.ui import guard
from fers.ui.services import platform


def offer_removal(actor: Person, study_id: str, face_id: str) -> None:
    """A way to remove a face, which asks once more; nothing for anybody who may not."""
    if not allowed(actor, Action.MANAGE_STUDY, study_id):
        return
    asked = st.popover("Remove", icon=":material/delete:", width="stretch", key=f"removal-{face_id}", on_change="rerun")
    if not asked.open:
        return
    with asked:
        st.write("The photo and all that belongs to it are deleted at once and for good, from dataset versions too.")
        reason = st.radio("Why?", list(Removal), format_func=str.capitalize, key=f"removal-reason-{face_id}")
        if st.button("Remove it", type="primary", width="stretch", key=f"remove-{face_id}"):
            with guard.explaining():
                platform().withdrawal.remove(actor, study_id, face_id, reason)
                st.rerun()
