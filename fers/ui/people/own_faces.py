"""What a participant gave: each photo with its answer and guess, and the buttons that withdraw one or everything."""

from functools import partial

import streamlit as st

from fers.domain.faces import Face
from fers.domain.people import Person
from fers.errors import ImageLost
from fers.ui.confirming import confirmed
from fers.ui.faces import saliency
from fers.ui.faces.result import answer_word, word
from fers.ui.faces.tasks import was_asked
from fers.ui.languages import _, day, in_words, percent
from fers.ui.people import leaving
from fers.ui.pictures import show_face
from fers.ui.services import platform
from fers.ui.state import state

_COLUMNS, _MORE = 3, 9


def gallery(actor: Person, faces: list[Face]) -> None:
    """The first photos of `faces`, and more when asked."""
    # Rows of columns, not columns of faces: on a phone, columns stand below each other, and the newest come first.
    shown = faces[: state().gallery_shows]
    for start in range(0, len(shown), _COLUMNS):
        for column, face in zip(st.columns(_COLUMNS), shown[start : start + _COLUMNS], strict=False):
            with column:
                _show(actor, face)
    if len(faces) > state().gallery_shows and st.button(_("Show more")):
        state().gallery_shows += _MORE
        st.rerun()


def offer_withdrawal_of_everything(actor: Person) -> None:
    gone = _("All your photos, answers and choices, and your account, will be deleted at once, for good.")
    farewell = leaving.farewell_of(actor)
    withdraw = partial(platform().withdrawal.withdraw_everything, actor)
    ask, yes, icon = _("Withdraw everything"), _("Delete everything"), ":material/delete_forever:"
    if confirmed(ask, gone, yes, withdraw, about="everything", icon=icon):
        leaving.leave(farewell)
        st.switch_page("pages/join.py" if farewell.panel_id else "pages/sign_in.py")


def _show(actor: Person, face: Face) -> None:
    label = answer_word(face.answer.label)
    with st.container(border=True):
        try:
            crop = platform().data_export.crop(actor, face.id)
            show_face(crop, width="stretch", alt=_("Your photo, labelled {label}", label=label))
        except ImageLost as lost:
            st.caption(in_words(lost)[0] + " " + _("You can still withdraw it."))
        st.markdown(f"**{label}**")
        if face.intended is not None:
            st.caption(was_asked(face.intended))
        st.caption(_guess(face))
        if face.live is not None:
            saw, sure = face.live.first
            st.caption(
                _("Live, your browser guessed: {expression} {share}.", expression=word(saw), share=percent(sure))
            )
        saliency.offer_why_of(face.id)
        _offer_withdrawal(actor, face)


def _guess(face: Face) -> str:
    guess, confidence = face.prediction.top(1)[0]
    guessed = {"expression": word(guess), "share": percent(confidence), "date": day(face.purge_at)}
    if face.prediction.sure:
        return _("Guess: {expression} {share}. Kept until {date}.", **guessed)
    if face.prediction.can_tell:
        return _("Guess: {expression} {share} (not sure). Kept until {date}.", **guessed)
    return _("Guess: {expression} {share} (can't tell). Kept until {date}.", **guessed)


def _offer_withdrawal(actor: Person, face: Face) -> None:
    gone = _("The photo and everything that belongs to it will be deleted at once, for good.")
    withdraw = partial(platform().withdrawal.withdraw_face, actor, face.id)
    if confirmed(_("Withdraw"), gone, _("Withdraw it"), withdraw, about=face.id, icon=":material/delete:", wide=True):
        st.rerun()
