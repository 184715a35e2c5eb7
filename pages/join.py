"""Where an invitation's link leads: say what it is to, and let its bearer in."""

import streamlit as st

from fers.ui import guard, session
from fers.ui.people.signing_in import come_in
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.caller import caller
from fers.ui.words import WHAT_THEY_DO, as_typed, quoted, role_words

guard.enter_public()

heading = st.empty()
code = st.query_params.get("code") or st.text_input(
    "Invitation code", autocomplete="off", help="From the person who invited you."
)
offer = platform().invitations.offer(code, caller()) if code else None
actor = session.person()
heading.title(f"You are invited to join {as_typed(offer.study.name)}" if offer else "Invitation")
if offer:
    st.write(f"As {role_words(offer.role)} {WHAT_THEY_DO[offer.role]}")
    st.write(quoted(f"**What the study is for.** {offer.study.purpose}"))
    if actor is None:
        if state().email:
            st.success("If this e-mail is new here, your account is ready. Sign in:", icon=":material/check_circle:")
        come_in(code)
    elif st.button("Join", type="primary", width="stretch"):
        with guard.explaining():
            platform().invitations.accept(actor, code)
            st.switch_page("pages/sign_in.py")
elif code:
    st.warning("This invitation no longer works. Ask the person who invited you for a new one.")
