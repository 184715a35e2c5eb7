"""What somebody answered to their study's own questions, on their own page."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.questions import Likert, Question, Value, in_words
from fers.ui.languages import _
from fers.ui.own_words import own_words
from fers.ui.services import platform
from fers.ui.words import as_typed


def show(actor: Person) -> None:
    """Nothing, where nothing was answered."""
    if not (answers := platform().questions.mine(actor)):
        return
    with st.expander(_("Your answers"), icon=":material/quiz:"):
        own = own_words(actor)
        for put, reply in answers:
            question = own.question(put)
            said = _said(question, reply.value)
            asked = as_typed(question.words.text)
            if reply.face_id:
                asked = _("{question} (about a photo)", question=asked)
            told = f"**{as_typed(said)}**" if said is not None else "*" + _("Left out") + "*"
            st.markdown(f"{asked}  \n{told}")
        st.caption(
            _(
                "They are deleted with your photos. To have them deleted now and keep your account, open “Change my "
                "choices” and untick the first box."
            )
        )


def _said(question: Question, value: Value) -> str | None:
    if isinstance(question.kind, Likert) and value is not None:
        return _("{step} of {steps}", step=value, steps=question.kind.points)
    return in_words(question, value)
