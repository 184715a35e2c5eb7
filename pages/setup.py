"""The one-time link from the terminal: whoever opens it first becomes the administrator."""

import streamlit as st

from fers.domain.passwords import SHORTEST
from fers.ui import guard, session
from fers.ui.languages import _
from fers.ui.services import platform

guard.enter_public()

st.title(_("Welcome to FERS"))
st.write(_("You started FERS, so you run it. Choose how you will sign in as its administrator."))
with st.form("setup"):
    email = st.text_input(_("E-mail"), autocomplete="username")
    password = st.text_input(
        _("Choose a password"),
        type="password",
        autocomplete="new-password",
        help=_("At least {shortest} characters.", shortest=SHORTEST),
    )
    if st.form_submit_button(_("Become the administrator"), type="primary", width="stretch"):
        with guard.explaining():
            session.sign_in(platform().accounts.set_up(st.query_params.get("token", ""), email, password))
            session.remember()
            st.switch_page("pages/sign_in.py")
