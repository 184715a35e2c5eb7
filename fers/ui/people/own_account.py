"""Somebody's own account, on the page of their data: their number, their password, where they are signed in."""

import streamlit as st

from fers.domain.passwords import SHORTEST
from fers.domain.people import Person
from fers.ui import guard, session
from fers.ui.languages import _
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import as_typed


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
        elif platform().participations.mine(actor):
            _offer_code(actor)
        _offer_leaving_elsewhere(actor)


def show_panel_id(actor: Person) -> None:
    """What is kept of somebody whom a panel sent."""
    if mine := platform().participations.mine(actor):
        st.write(
            _(
                "You came from another site, whose id for you is **{id}**. The people who run this study see it with "
                "how far you got, to pay you. It does not lead them to your photos.",
                id=as_typed(mine.panel_id),
            )
        )


def _offer_code(actor: Person) -> None:
    """For who came without anything that would open their account elsewhere."""
    st.write(_("This account opens in this browser alone. With a personal code it opens in any other, too."))
    if st.button(_("Make a personal code"), icon=":material/key:"):
        with guard.explaining():
            code = platform().accounts.new_code(actor)
            st.write(_("Copy it, or write it down. It is shown only once, and an earlier one no longer works:"))
            st.code(code, language=None)


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
