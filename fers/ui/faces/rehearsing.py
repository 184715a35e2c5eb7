"""A rehearsal: the way a participant goes, from the study's words to the thanks, while nothing is kept."""

import streamlit as st

from fers.domain.people import Person
from fers.errors import ConsentRequired
from fers.ui import guard
from fers.ui.faces.giving import look_and_answer, next_words, take_photo, thank
from fers.ui.in_hand import Rehearsing
from fers.ui.languages import _, language, pointing
from fers.ui.people import consenting
from fers.ui.services import platform
from fers.ui.state import state


def show(actor: Person) -> None:
    """Where the rehearsal is; it begins with opening the page."""
    rehearsing = state().rehearsing
    if rehearsing is None:
        study = platform().studies.current(actor)
        rehearsing = Rehearsing(platform().rehearsals.begin(actor, study.id))
        state().rehearse(rehearsing)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            _("**Rehearsal.** You meet the study as a participant does. Nothing is kept or counted."), width="stretch"
        )
        st.page_link("pages/study.py", label=_("Back to the study"), icon=pointing("arrow_back"), width="content")
    if not rehearsing.agreed:
        _agree(actor, rehearsing)
    elif state().giving is None:
        _go_on(actor, rehearsing)
    elif state().giving.answer is None:
        look_and_answer(actor, state().giving)
    else:
        _thank(actor, rehearsing)


def _agree(actor: Person, rehearsing: Rehearsing) -> None:
    text = rehearsing.rehearsal.consents.text(actor, language())
    consenting.show(text)
    consenting.say_who_translated(rehearsing.rehearsal.study, text)
    st.divider()
    st.header(_("Your choices"))
    st.caption(_("Whatever you tick in a rehearsal, nothing is kept."))
    consenting.choose(None, text)
    adult = consenting.is_adult(None, text)
    if st.button(_("I agree to take part"), type="primary", width="stretch"):
        with guard.explaining():
            if not adult:
                raise ConsentRequired("consent.not-an-adult")
            rehearsing.agreed = True
            st.rerun()


def _go_on(actor: Person, rehearsing: Rehearsing) -> None:
    turn = rehearsing.rehearsal.tasks.pause(actor)
    if turn and turn.task is None and rehearsing.rehearsal.questions.due(actor, through=True) is None:
        _finish(actor, rehearsing)
    take_photo(actor)


def _thank(actor: Person, rehearsing: Rehearsing) -> None:
    """A study without tasks is tried with the first photo."""
    thank(actor, state().giving)
    if rehearsing.rehearsal.study.protocol.is_free:
        _finish(actor, rehearsing)
    if st.button(next_words(state().giving), type="primary", icon=":material/photo_camera:", width="stretch"):
        state().next_photo()
        st.rerun()


def _finish(actor: Person, rehearsing: Rehearsing) -> None:
    if not rehearsing.finished:
        platform().rehearsals.finish(actor, rehearsing.rehearsal)
        rehearsing.finished = True
    st.success(_("You have tried the study as it is now. Its checklist says so."), icon=":material/check_circle:")
