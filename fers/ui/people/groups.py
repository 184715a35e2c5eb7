"""What people may say about themselves, on their own page."""

from functools import partial

import streamlit as st

from fers.domain.groups import MONK_TONES, AgeBand, Gender, SkinTone
from fers.domain.people import Person
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.services import platform
from fers.ui.words import quoted

_NOTHING = "I'd rather not say"
_SWATCH = '<i style="display:inline-block;width:1.6rem;height:1.6rem;border-radius:.3rem;background:{}"></i>'


def show(actor: Person) -> None:
    """Nothing, where the study does not ask and nothing was said."""
    groups = platform().groups
    words, description = groups.words(actor), groups.mine(actor)
    if words is None and description is None:
        return
    with st.expander("About you (optional)", icon=":material/person:"):
        if description is not None:
            answers = ", ".join(f"{about.lower()}: {answer}" for about, answer in description.said().items())
            st.write(f"You said: {answers}.")
            gone = "What you said about yourself will be erased at once. Your photos stay."
            erase, icon = partial(groups.erase, actor), ":material/delete:"
            if confirmed("Erase it", gone, "Yes, erase it", erase, about="description", icon=icon):
                st.rerun()
        if words is not None:
            st.markdown(quoted(words.body))
            _ask(actor, words.sha256)


def _ask(actor: Person, words_sha256: str) -> None:
    before = platform().groups.mine(actor)
    with st.form("about-you", border=False):
        age = _choose("Age", AgeBand, before and before.age)
        gender = _choose("Gender", Gender, before and before.gender)
        skin = _choose("Skin tone", SkinTone, before and before.skin)
        st.html("".join(f"<p>{tone}: {_swatches(tone)}</p>" for tone in SkinTone))
        agreed = st.checkbox("I explicitly agree that the study keeps what I say here, for the purpose named above.")
        if st.form_submit_button("Save", type="primary"):
            with guard.explaining():
                platform().groups.describe(actor, words_sha256, agreed, age, gender, skin)
                st.rerun()


def _choose(question: str, answers, before):
    """One of `answers`, or None for no answer; `before` is chosen to begin with."""
    options = [None, *answers]
    return st.selectbox(
        question, options, options.index(before), format_func=lambda answer: answer.capitalize() if answer else _NOTHING
    )


def _swatches(tone: SkinTone) -> str:
    return " ".join(_SWATCH.format(colour) for colour in MONK_TONES[tone])
