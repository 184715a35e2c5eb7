"""Everything somebody gave: see it, download it, withdraw it."""

from functools import partial

import streamlit as st

from fers.domain.faces import Face
from fers.domain.permissions import Action
from fers.errors import ImageLost
from fers.ui import guard, next_up
from fers.ui.confirming import confirmed
from fers.ui.faces import saliency
from fers.ui.faces.result import answer_word, word
from fers.ui.faces.tasks import was_asked
from fers.ui.languages import _, day, in_words, ngettext, percent
from fers.ui.people import groups, leaving, own_account, own_answers
from fers.ui.pictures import show_face
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.data_export import EVERYTHING, PRINTED_CONSENT, address
from fers.ui.words import as_typed

COLUMNS, MORE = 3, 9

actor = guard.enter(Action.MANAGE_OWN_DATA)
data_export, withdrawal = platform().data_export, platform().withdrawal


def offer_withdrawal(face: Face) -> None:
    gone = _("The photo and everything that belongs to it will be deleted at once, for good.")
    withdraw = partial(withdrawal.withdraw_face, actor, face.id)
    if confirmed(_("Withdraw"), gone, _("Withdraw it"), withdraw, about=face.id, icon=":material/delete:", wide=True):
        st.rerun()


def offer_withdrawal_of_everything() -> None:
    gone = _("All your photos, answers and choices, and your account, will be deleted at once, for good.")
    farewell = leaving.farewell_of(actor)
    withdraw, icon = partial(withdrawal.withdraw_everything, actor), ":material/delete_forever:"
    ask, yes = _("Withdraw everything"), _("Delete everything")
    if confirmed(ask, gone, yes, withdraw, about="everything", icon=icon):
        leaving.leave(farewell)
        st.switch_page("pages/join.py" if farewell else "pages/sign_in.py")


def show(face: Face) -> None:
    label = answer_word(face.answer.label)
    guess, confidence = face.prediction.top(1)[0]
    with st.container(border=True):
        try:
            show_face(
                data_export.crop(actor, face.id), width="stretch", alt=_("Your photo, labelled {label}", label=label)
            )
        except ImageLost as lost:
            st.caption(in_words(lost)[0] + " " + _("You can still withdraw it."))
        st.markdown(f"**{label}**")
        if face.intended is not None:
            st.caption(was_asked(face.intended))
        guessed = {"expression": word(guess), "share": percent(confidence), "date": day(face.purge_at)}
        if face.prediction.sure:
            st.caption(_("Guess: {expression} {share}. Kept until {date}.", **guessed))
        elif face.prediction.can_tell:
            st.caption(_("Guess: {expression} {share} (not sure). Kept until {date}.", **guessed))
        else:
            st.caption(_("Guess: {expression} {share} (can't tell). Kept until {date}.", **guessed))
        if face.live is not None:
            saw, sure = face.live.first
            st.caption(
                _("Live, your browser guessed: {expression} {share}.", expression=word(saw), share=percent(sure))
            )
        saliency.offer_why_of(face.id)
        offer_withdrawal(face)


st.title(_("My data"))
faces = data_export.faces(actor)
email = platform().accounts.email_of(actor)
given = ngettext("You have given {count} photo.", "You have given {count} photos.", len(faces))
if email:
    st.write(given, _("You are signed in as **{email}**.", email=as_typed(email)))
elif platform().participations.mine(actor) is not None:
    st.write(given)
else:
    st.write(given, _("You are signed in with your personal code."))
with st.container(horizontal=True, vertical_alignment="center"):
    st.link_button(_("Download everything"), address(actor, EVERYTHING), icon=":material/download:")
    if platform().consents.copy_for(actor):
        st.link_button(_("Download what I agreed to"), address(actor, PRINTED_CONSENT), icon=":material/description:")
        # The texts that people agreed to say that they find it here.
        st.page_link("pages/consent.py", label=_("Change my choices"), icon=":material/tune:")
    offer_withdrawal_of_everything()
own_account.show_panel_id(actor)
groups.show(actor)
own_answers.show(actor)
own_account.show(actor, email)
if not faces:
    next_up.show(actor, next_up.OF_PARTICIPANTS)
columns = st.columns(COLUMNS)
for number, face in enumerate(faces[: state().gallery_shows]):
    with columns[number % COLUMNS]:
        show(face)
if len(faces) > state().gallery_shows and st.button(_("Show more")):
    state().gallery_shows += MORE
    st.rerun()
