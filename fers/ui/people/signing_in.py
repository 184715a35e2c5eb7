"""The forms that lead in: with an account, with a personal code, or as somebody new."""

import streamlit as st

from fers.domain.own_words import as_read_in
from fers.domain.passwords import SHORTEST
from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.people.accounts import SignedIn
from fers.ui import guard, menu, session
from fers.ui.languages import _, language
from fers.ui.people import providers
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.caller import caller
from fers.ui.words import as_typed


def welcome(asked_for: str | None = None) -> None:
    """What somebody sees who is signed out. `asked_for`: the title of the page that waits behind."""
    study = as_read_in(platform().studies.current(), language())
    st.title(_("Show an expression."))
    about = _(
        "A machine guesses it, and you tell it whether it was right. This is **{study}**.", study=as_typed(study.name)
    )
    st.write(about)
    if asked_for:
        st.info(_("Sign in to continue to “{page}”.", page=asked_for), icon=":material/login:")
    if state().email:
        tell_of_new_account()
    come_in()


def tell_of_new_account() -> None:
    """What somebody does next who has just signed up."""
    if platform().accounts.sends_mail:
        news = _("If this e-mail is new here, we have sent you a link. Open it, then sign in:")
    else:
        news = _("If this e-mail is new here, your account is ready. Sign in:")
    st.success(news, icon=":material/check_circle:")


def show_personal_code(actor: Person) -> None:
    """The personal code of somebody who joined without an e-mail, shown once.

    Until its owner noted it the browser does not remember them: whoever loses this page joins again and has lost
    nothing.
    """
    labels = allowed(actor, Action.REVIEW, platform().studies.current(actor).id)
    st.title(_("Your personal code"))
    if labels:
        st.write(
            _("This code is the **only way back** to your work. It is shown only once: copy it, or write it down.")
        )
    else:
        st.write(
            _("This code is the **only way back** to your photos. It is shown only once: copy it, or write it down.")
        )
    st.code(state().personal_code, language=None)
    if st.button(_("I have saved it"), type="primary", width="stretch"):
        state().personal_code = None
        session.remember()
        st.switch_page(menu.landing(actor))


def come_in(study_code: str = "") -> None:
    """Both ways in, side by side. `study_code`: the code somebody came with, so that they need not type it."""
    providers.keep_page(state().page or "")
    new = study_code and not state().email
    back, here_first = _("I have an account"), _("I am new here")
    come_back, join = st.tabs([back, here_first], default=here_first if new else None)
    with come_back:
        providers.offer("back")
        _with_email()
        _with_personal_code()
    with join:
        providers.offer("new")
        _join_with_study_code(study_code)
        _join_with_email()


def _go_in(signed_in: SignedIn) -> None:
    """Sign in, and go on with the page that was asked for; from the front page to where they land, at once: a run of
    that page in between would show them their menu, and leave it again under what they press there."""
    is_front = not state().page
    session.sign_in(signed_in)
    session.remember()
    actor = platform().accounts.resume(signed_in.token)
    if actor and is_front:
        st.switch_page(menu.landing(actor))
    st.rerun()


def _with_email() -> None:
    with st.form("sign-in"):
        email = st.text_input(_("E-mail"), value=state().email, autocomplete="username")
        password = st.text_input(_("Password"), type="password", autocomplete="current-password")
        if st.form_submit_button(_("Sign in"), type="primary", width="stretch"):
            with guard.explaining():
                _go_in(platform().accounts.sign_in(email, password, session.device()))
    _forgot_password()


def _forgot_password() -> None:
    if not platform().accounts.sends_mail:
        return
    with st.expander(_("Forgot your password?")), st.form("reset-password", border=False):
        email = st.text_input(_("E-mail"), value=state().email, autocomplete="username", key="reset-email")
        if st.form_submit_button(_("Send me a link"), width="stretch"):
            with guard.explaining():
                platform().accounts.reset_password(email)
                news = _("If there is an account with this e-mail, a link to choose a new password is on its way.")
                st.success(news)


def _with_personal_code() -> None:
    with st.form("personal-code"):
        code = st.text_input(_("Your personal code"), autocomplete="off", help=_("The code you saved when you joined."))
        if st.form_submit_button(_("Sign in with my code"), width="stretch"):
            with guard.explaining():
                _go_in(platform().accounts.sign_in_with_code(code, session.device()))


def _join_with_email() -> None:
    with st.form("sign-up"):
        email = st.text_input(_("E-mail"), autocomplete="email", key="new-email")
        password = st.text_input(
            _("Choose a password"),
            type="password",
            autocomplete="new-password",
            help=_("At least {shortest} characters.", shortest=SHORTEST),
        )
        if st.form_submit_button(_("Create an account"), type="primary", width="stretch"):
            with guard.explaining():
                platform().accounts.sign_up(email, password)
                state().email = email
                st.rerun()


def _join_with_study_code(study_code: str) -> None:
    with st.form("study-code"):
        hint = _("From the person who invited you.")
        code = study_code or st.text_input(_("Study code"), autocomplete="off", help=hint)
        st.caption(_("No e-mail, no name: you get a personal code to come back with."))
        label = _("Join without an e-mail") if study_code else _("Join with the study code")
        if st.form_submit_button(label, width="stretch"):
            with guard.explaining():
                signed_in, personal_code = platform().accounts.join(code, caller())
                session.sign_in(signed_in)
                state().personal_code = personal_code
                st.rerun()
