"""Sign in, make an account, or join with a study code."""

import streamlit as st

from fers.ui import guard, session
from fers.ui.services import platform
from fers.ui.state import state

guard.enter_public()
accounts = platform().accounts


def with_email() -> None:
    with st.form("sign-in"):
        email = st.text_input("E-mail", value=state().email, autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        if st.form_submit_button("Sign in", type="primary", width="stretch"):
            with guard.explaining():
                session.sign_in(accounts.sign_in(email, password))
                session.remember()
                st.rerun()


def with_personal_code() -> None:
    with st.form("personal-code"):
        code = st.text_input("Your personal code", autocomplete="off", help="The code you noted when you joined.")
        if st.form_submit_button("Sign in with my code", width="stretch"):
            with guard.explaining():
                session.sign_in(accounts.sign_in_with_code(code))
                session.remember()
                st.rerun()


def join_with_email() -> None:
    with st.form("sign-up"):
        email = st.text_input("E-mail", autocomplete="email", key="new-email")
        password = st.text_input(
            "Choose a password", type="password", autocomplete="new-password", help="At least 10 characters."
        )
        if st.form_submit_button("Make an account", type="primary", width="stretch"):
            with guard.explaining():
                accounts.sign_up(email, password)
                state().email = email
                st.rerun()


def join_with_study_code() -> None:
    with st.form("study-code"):
        code = st.text_input("Study code", autocomplete="off", help="From the person who invited you.")
        st.caption("No e-mail, no name: you get a personal code to come back with.")
        if st.form_submit_button("Join with the study code", width="stretch"):
            with guard.explaining():
                signed_in, personal_code = accounts.join(code)
                session.sign_in(signed_in)
                state().personal_code = personal_code
                st.rerun()


st.title("Show an expression.")
st.write(f"A machine guesses it, you tell it whether it was right. This is **{platform().studies.current().name}**.")
if state().email:
    st.success("If this e-mail is new here, the account is ready. Sign in:", icon=":material/check_circle:")
come_back, join = st.tabs(["I have an account", "I am new here"])
with come_back:
    with_email()
    with_personal_code()
with join:
    join_with_study_code()
    join_with_email()
