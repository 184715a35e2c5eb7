"""Somebody's own account, on the page of their data: their number, their password, where they are signed in."""

import streamlit as st

from fers.domain.passwords import SHORTEST
from fers.domain.people import Person
from fers.ui import guard, session
from fers.ui.languages import _
from fers.ui.services import platform
from fers.ui.state import state


def show(actor: Person, email: str | None) -> None:
    """`email`: what they sign in with; None for a personal code or a provider."""
    with st.expander(_("Your account"), icon=":material/person:", expanded=state().account_news is not None):
        if state().account_news:
            st.success(state().account_news, icon=":material/check_circle:")
            state().account_news = None
        st.write(
            _(
                "Your account number is **{number}**. Nobody can sign in with it. Give it to whoever runs FERS when "
                "they ask which account is yours.",
                number=actor.number,
            )
        )
        if email:
            _offer_password(actor)
        _offer_leaving_elsewhere(actor)


def _offer_password(actor: Person) -> None:
    accounts = platform().accounts
    with st.form("change-password", border=False, clear_on_submit=True):
        known = accounts.has_password(actor)
        current = ""
        if known:
            current = st.text_input(_("Current password"), type="password", autocomplete="current-password")
        new = st.text_input(
            _("New password"),
            type="password",
            autocomplete="new-password",
            help=_("At least {shortest} characters. You will be signed out everywhere else.", shortest=SHORTEST),
        )
        if st.form_submit_button(_("Change my password") if known else _("Choose a password")):
            with guard.explaining():
                session.go_on(accounts.change_password(actor, current, new, session.device()))
                _tell(_("Your new password works from now on. You have been signed out everywhere else."))


def _offer_leaving_elsewhere(actor: Person) -> None:
    if st.button(_("Sign out everywhere else"), icon=":material/devices:"):
        with guard.explaining():
            platform().accounts.end_other_sessions(actor, session.token())
            _tell(_("You have been signed out everywhere else."))


def _tell(news: str) -> None:
    state().account_news = news
    st.rerun()
