"""What somebody answered to their study's own questions, on their own page."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.questions import in_words
from fers.ui.services import platform
from fers.ui.words import as_typed


def show(actor: Person) -> None:
    """Nothing, where nothing was answered."""
    if not (answers := platform().questions.mine(actor)):
        return
    with st.expander("Your answers", icon=":material/quiz:"):
        for question, reply in answers:
            said = in_words(question, reply.value)
            about = " (about a photo)" if reply.face_id else ""
            told = f"**{as_typed(said)}**" if said is not None else "*Left out*"
            st.markdown(f"{as_typed(question.words.text)}{about}  \n{told}")
        st.caption(
            "They are deleted with your photos. To have them deleted now and keep your account, open “Change my "
            "choices” and untick the first box."
        )
