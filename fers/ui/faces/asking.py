"""A study's own questions as its participants see them: one calm page at a time."""

import streamlit as st

from fers.domain.own_words import OwnWords
from fers.domain.people import Person
from fers.domain.questions import Moment, Outcome, Question
from fers.errors import InvalidInput
from fers.services.people.questions import Asking, Ended
from fers.ui import guard
from fers.ui.faces import question_fields
from fers.ui.faces.stage import stage
from fers.ui.faces.step import begin
from fers.ui.in_hand import Answering
from fers.ui.languages import N_, _, pointing, translated
from fers.ui.own_words import as_said, own_words
from fers.ui.services import platform
from fers.ui.state import state
from fers.wording import with_texts

_HEADINGS = {
    Moment.BEFORE: N_("A few questions first"),
    Moment.AFTER_PHOTO: N_("About the photo you just gave"),
    Moment.AFTER_TASK: N_("About the photo you just gave"),
    Moment.AFTER: N_("A few last questions"),
}


def show(actor: Person, through: bool = False) -> bool:
    """Ask what is to be asked now, or say that the study does not go on. Returns whether there was anything.

    `through`: the actor has given all they are going to give.
    """
    due = stage().questions.due(actor, through)
    if due is None:
        state().answering = None
        return False
    if isinstance(due, Ended):
        _say_goodbye(actor, due)
    else:
        _ask(actor, due)
    return True


def offer_end(actor: Person) -> None:
    """In a study without tasks, where people say themselves when they are done, once they gave a photo."""
    if stage().questions.due(actor, through=True) is None or not _gave_any(actor):
        return
    if st.button(_("I'm done giving photos"), type="tertiary", icon=":material/flag:", key="done-giving"):
        state().finishing = True
        st.rerun()


def _gave_any(actor: Person) -> bool:
    if state().rehearsing:
        return True
    study_id = stage().studies.current(actor).id
    return any(face.study_id == study_id for face in platform().data_export.faces(actor))


def _ask(actor: Person, asking: Asking) -> None:
    answering, pages = _answering(asking), asking.pages
    questions, page = pages[answering.page], answering.page
    heading = translated(_HEADINGS[asking.questions[0].moment])
    if len(pages) > 1:
        heading = _("{heading} ({page} of {pages})", heading=heading, page=page + 1, pages=len(pages))
    begin(heading)
    own = own_words(actor)
    with st.form(f"questions-{asking.face_id}-{page}", border=False):
        asked = [question for question in questions if not asking.is_final(question)]
        given = {question.name: _ask_one(asking, question, answering, own) for question in asked}
        shared = [question.name for question in asked if _ask_to_share(asking, question, answering)]
        place = st.empty()  # Whoever has just pressed the button looks there.
        with st.container(horizontal=True):
            is_back = page > 0 and st.form_submit_button(_("Back"), icon=pointing("arrow_back"))
            is_sent = st.form_submit_button(_("Continue"), type="primary", width="stretch")
    if is_back:
        answering.unsent |= given
        answering.page -= 1
        st.rerun()
    if is_sent:
        with place, guard.explaining():
            _send(actor, asking, given, shared)


def _answering(asking: Asking) -> Answering:
    """Which page of these questions this tab is at: the one it went back to, or else the first that is not done."""
    about = (asking.study_id, asking.face_id, *(question.name for question in asking.questions))
    answering = state().answering
    if answering is None or answering.about != about:
        answering = state().answering = Answering(about, asking.first_open)
    return answering


def _ask_one(asking: Asking, question: Question, answering: Answering, own: OwnWords) -> object:
    reply = asking.replies.get(question.name)
    if reply is not None and reply.version != question.version:
        reply = None
    unsent = answering.unsent.get(question.name)
    with as_said(own, f"asked-{question.name}"):
        return question_fields.ask(own.question(question), _key(asking, question), reply, unsent)


def _ask_to_share(asking: Asking, question: Question, answering: Answering) -> bool:
    reply = asking.replies.get(question.name)
    return question_fields.ask_to_share(question, _key(asking, question), reply is not None and reply.shared)


def _key(asking: Asking, question: Question) -> str:
    """What was answered wrong is asked again with nothing chosen."""
    reply = asking.replies.get(question.name)
    return f"ask-{question.name}-{question.version}-{asking.face_id}-{reply.tries if reply else 0}"


def _send(actor: Person, asking: Asking, given: dict[str, object], shared: list[str]) -> None:
    answering = state().answering
    try:
        outcomes = stage().questions.answer(actor, asking, given, shared)
    except InvalidInput as error:  # It names questions as they were read.
        error.fields = with_texts(error.fields, own_words(actor).say)
        raise
    for name in given:
        answering.unsent.pop(name, None)
    is_last = answering.page + 1 == len(asking.pages)
    if any(outcome.ends for outcome in outcomes.values()) or is_last and not outcomes:
        state().answering = None  # What comes next is looked up.
    elif not outcomes:
        answering.page += 1
    st.rerun()


def _say_goodbye(actor: Person, ended: Ended) -> None:
    """Whatever place in a quota was kept for them is somebody else's now."""
    stage().tasks.leave(actor)
    mine = None if state().rehearsing else platform().participations.mine(actor)
    if mine is not None and mine.is_over:
        st.rerun()  # The page says how they get back to the panel.
    begin(_("Thank you for coming!"))
    if ended.outcome is Outcome.SCREENED_OUT:
        st.write(_("Going by your answers, this study is meant for other people, so it ends here for you."))
    else:
        st.write(_("The study ends here for you: one of your answers wasn't the one it needs."))
    st.write(_("You have done nothing wrong, and there is nothing else to do. Thank you for your time."))
    if not state().rehearsing:
        st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")
