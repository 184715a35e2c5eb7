"""Saving a study, once its owner knows whom that asks again."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.studies import Study
from fers.ui import guard
from fers.ui.services import platform
from fers.ui.state import state


def save(actor: Person, changed: Study, of_file: bool = False) -> bool:
    """Save a study; where people have agreed to words that it changes, ask first. `of_file`: all of it comes from a
    file, and the page's fields have to begin anew. Returns whether it was saved now."""
    with guard.explaining():
        if asked := platform().consents.asked_again(actor, changed):
            _ask_again(changed, asked, of_file)
            return False
        _save(actor, changed, of_file)
        st.success("Saved.", icon=":material/check_circle:")
        return True
    return False


def again() -> str:
    """Part of the keys of the page's fields: another one once a file took the place of what they say."""
    return f"-{state().files_taken}" if state().files_taken else ""


def _save(actor: Person, changed: Study, of_file: bool) -> None:
    platform().studies.update(actor, changed)
    state().files_taken += of_file


@st.dialog("Ask people again?", on_dismiss="rerun")
@guard.for_whoever_is_here
def _ask_again(actor: Person, changed: Study, asked: int, of_file: bool) -> None:
    """Save a study whose words so many people have agreed to, once its owner knows that."""
    place = st.empty()
    people = "1 person has" if asked == 1 else f"{asked:,} people have"
    with place.container():
        st.write(f"{people} agreed to the text you are changing. They will be shown the changes and asked again.")
        st.write("Until they agree, the photos they have given stay as they are, and they can't give new ones.")
        pressed = st.button("Save and ask them again", type="primary", width="stretch")
    if pressed:
        with guard.explaining():
            _save(actor, changed, of_file)
            place.success("Saved. You can close this.", icon=":material/check_circle:")
