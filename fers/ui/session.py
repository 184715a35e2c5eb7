"""Who is signed in in this tab, and signing in and out of it."""

import streamlit as st

from fers.domain.people import Person
from fers.services.people.accounts import SignedIn
from fers.ui.in_hand import CookieRequest
from fers.ui.languages import _
from fers.ui.people import providers
from fers.ui.services import platform
from fers.ui.state import start_afresh, state
from fers.ui.web.session_cookie import COOKIE, DEVICE
from fers.ui.web.sockets import this_page_belongs_to
from fers.ui.widgets import widget

_cookie_widget = widget("cookie")


def person() -> Person | None:
    """Whoever is signed in: by this tab, or by the cookie the page was opened with. Looked up once in a run."""
    if state().routed:
        return state().actor
    secret = token()
    return platform().accounts.resume(secret) if secret else None


def begin() -> Person | None:
    """Whoever is signed in, at the beginning of a run. Called by `app.py`.

    A page that lost its connection comes back with the cookies that its browser has by then: where another person has
    signed in there meanwhile, nothing that this tab remembers is theirs.
    """
    here, before = person(), state().person_id
    if here is not None:
        if before not in (None, here.id):
            start_afresh()
        state().person_id = here.id
    return here


def come_from_provider() -> None:
    """Sign in whom an OpenID Connect provider has just sent back. Called in every run, by `app.py`."""
    if (identity := providers.identity()) and person() is None:
        sign_in(platform().accounts.sign_in_with_provider(identity))
        state().wanted = providers.wanted()
        remember()


def sign_in(signed_in: SignedIn) -> None:
    """Make this tab belong to somebody. A photo of theirs that is still at hand here stays."""
    giving = state().giving
    start_afresh()
    state().token = signed_in.token
    this_page_belongs_to(signed_in.person.id)
    if giving and giving.person_id == signed_in.person.id:
        state().giving = giving


def go_on(signed_in: SignedIn) -> None:
    """Go on in another session of the same person, in this tab and in its browser."""
    state().token = signed_in.token
    remember()


def remember() -> None:
    """Have the browser keep whoever signed in here signed in when the page is loaded again."""
    state().cookie_request = CookieRequest(platform().accounts.issue_ticket(state().token))


def sign_out() -> None:
    """End the session everywhere and forget it here, and the photo that its person did not submit. The place that is
    kept for them is free at once."""
    if leaving := person():
        platform().drafts.forget(leaving)
        platform().tasks.leave(leaving)
    secret = token()
    if secret:
        platform().accounts.sign_out(secret)
    start_afresh()
    this_page_belongs_to(None)
    _clear_cookie()
    providers.leave()


def sign_out_page() -> None:
    """What the "Sign out" entry of the navigation runs. Who comes here by the address alone is asked: any site can send
    a browser here, and a photo that is at hand would be lost."""
    if state().is_first_page and person():
        st.title(_("Sign out"))
        if not st.button(_("Sign out"), type="primary"):
            return
    sign_out()
    st.switch_page("pages/sign_in.py")


def keep_cookie() -> None:
    """Have the browser carry out what is to be done with its cookie. Called in every run, by `app.py`.

    The browser doesn't report back: that would begin a run of the page it is still on, which undoes a click on a link
    made meanwhile. The container is there in every run, so that nothing below it moves and is drawn anew.
    """
    _clear_dead_cookie()
    request = state().cookie_request
    with st.container(key="fers-cookie"):
        if request:
            _cookie_widget(key=f"cookie-{request.id}", data={"request": request.id, "ticket": request.ticket})


def _clear_dead_cookie() -> None:
    """Clear a cookie that signs nobody in: its session ran out, or the page was left before it could be cleared."""
    if state().cookie_tried or state().token:
        return
    state().cookie_tried = True
    token = st.context.cookies.get(COOKIE)
    if token and platform().accounts.resume(token) is None:
        _clear_cookie()


def _clear_cookie() -> None:
    state().cookie_tried = True  # What this page was opened with may by now be another tab's.
    state().cookie_request = CookieRequest(None)


def device() -> str:
    """The secret of this browser; "" where nobody signed in yet."""
    return st.context.cookies.get(DEVICE) or ""


def token() -> str | None:
    """The session token of whoever is signed in here."""
    return state().token or st.context.cookies.get(COOKIE)
