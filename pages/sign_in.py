"""Sign in, make an account, or join with a study code."""

import streamlit as st

from fers.ui import guard
from fers.ui.services import platform
from fers.ui.signing_in import come_in
from fers.ui.state import state

guard.enter_public()

st.title("Show an expression.")
st.write(f"A machine guesses it, you tell it whether it was right. This is **{platform().studies.current().name}**.")
if state().email:
    mailed = platform().accounts.sends_mail
    news = "we have sent you a mail. Open its link, then sign in:" if mailed else "the account is ready. Sign in:"
    st.success(f"If this e-mail is new here, {news}", icon=":material/check_circle:")
come_in()
