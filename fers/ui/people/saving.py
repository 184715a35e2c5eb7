"""Saving a study, once its owner knows whom that asks again."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from fers.domain.people import Person
from fers.domain.studies import Study, seen_again
from fers.errors import InvalidInput
from fers.services.people.studies import CHANGED_MEANWHILE
from fers.ui import guard
from fers.ui.in_hand import Asked, Form, Tasks
from fers.ui.services import platform
from fers.ui.state import state


def form(name: str, study: Study) -> Form:
    """The page's fields of this name, which say what the study said when they began."""
    known = state().forms.get(name)
    if known is None or known.seen.id != study.id:
        known = state().forms[name] = Form(study)
    return known


def save(actor: Person, changed: Study, fields: Form | Tasks | Asked, of_file: bool = False) -> bool:
    """Save what somebody has made of the study that their `fields` began with; where people have agreed to words that
    it changes, ask first. `of_file`: all of it comes from a file, and the page's fields have to begin anew. Returns
    whether it was saved now."""
    with guard.explaining():
        with _telling_once(actor, changed, fields):
            asked = platform().consents.asked_again(actor, changed, fields.seen)
        if asked:
            _ask_again(changed, asked, fields, of_file)
            return False
        save_at_once(actor, changed, fields, of_file)
        st.success("Saved.", icon=":material/check_circle:")
        return True
    return False


def again() -> str:
    """Part of the keys of the page's fields: another one once a file took the place of what they say."""
    return f"-{state().files_taken}" if state().files_taken else ""


def save_at_once(actor: Person, changed: Study, fields: Form | Tasks | Asked, of_file: bool = False) -> None:
    """The same without a question, raising what was wrong."""
    with _telling_once(actor, changed, fields):
        after = platform().studies.update(actor, changed, fields.seen)
    fields.seen = seen_again(fields.seen, changed, after)
    if of_file:
        state().files_taken += 1
        state().forms.clear()
        for rows in filter(None, (state().tasks, state().asked)):
            rows.is_over = True


@contextmanager
def _telling_once(actor: Person, changed: Study, fields: Form | Tasks | Asked) -> Iterator[None]:
    """Whoever was told that others have changed the same meanwhile replaces it when they save again."""
    try:
        yield
    except InvalidInput as error:
        if error.code in CHANGED_MEANWHILE:
            fields.seen = seen_again(fields.seen, changed, platform().studies.get(actor, changed.id))
        raise


@st.dialog("Ask people again?", on_dismiss="rerun")
@guard.for_whoever_is_here
def _ask_again(actor: Person, changed: Study, asked: int, fields: Form | Tasks | Asked, of_file: bool) -> None:
    """Save a study whose words so many people have agreed to, once its owner knows that."""
    place = st.empty()
    people = "1 person has" if asked == 1 else f"{asked:,} people have"
    with place.container():
        st.write(f"{people} agreed to the text you are changing. They will be shown the changes and asked again.")
        st.write("Until they agree, the photos they have given stay as they are, and they can't give new ones.")
        pressed = st.button("Save and ask them again", type="primary", width="stretch")
    if pressed:
        with guard.explaining():
            save_at_once(actor, changed, fields, of_file)
            place.success("Saved. You can close this.", icon=":material/check_circle:")
