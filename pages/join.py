"""Where the link of an invitation, or of a panel, leads: say what it is to, and let its bearer in."""

import streamlit as st

from fers.domain.own_words import as_read_in
from fers.services.people.recruiting import STUDY_PARAMETER
from fers.ui import guard, session
from fers.ui.languages import _, language, translated
from fers.ui.people import arriving, leaving
from fers.ui.people.signing_in import come_in, tell_of_new_account
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.caller import caller
from fers.ui.words import WHAT_THEY_DO, as_typed, quoted


def come_by_invitation() -> None:
    """Or by a study's code."""
    heading = st.empty()
    code = st.query_params.get("code") or st.text_input(
        _("Invitation code"), autocomplete="off", help=_("From the person who invited you.")
    )
    offer = platform().invitations.offer(code, caller()) if code else None
    actor = session.person()
    study = as_read_in(offer.study, language()) if offer else None
    heading.title(_("You are invited to join {study}", study=as_typed(study.name)) if study else _("Invitation"))
    if offer and study:
        st.write(translated(WHAT_THEY_DO[offer.role]))
        st.write(quoted(_("**What the study is for.** {purpose}", purpose=study.purpose)))
        if actor is None:
            if state().email:
                tell_of_new_account()
            come_in(code)
        elif st.button(_("Join"), type="primary", width="stretch"):
            with guard.explaining():
                platform().invitations.accept(actor, code)
                st.switch_page("pages/sign_in.py")
    elif code:
        st.warning(_("This invitation no longer works. Ask the person who invited you for a new one."))


guard.enter_public()

if (farewell := state().farewell) and farewell.panel_id:
    leaving.say_farewell(farewell)
elif study_code := st.query_params.get(STUDY_PARAMETER):
    arriving.arrive(study_code)
else:
    come_by_invitation()
