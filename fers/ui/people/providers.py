"""Signing in with Google or any other OpenID Connect provider: Streamlit talks to it, FERS takes its word.

Providers are named in `.streamlit/secrets.toml`, under `[auth]`; without any, nothing of this shows.
"""

import time
from collections.abc import Mapping
from urllib.parse import unquote

import streamlit as st

from fers.domain.people import Identity
from fers.ui.languages import _
from fers.ui.widgets import widget

_COOKIE = "fers_wanted"
_keep_page = widget("wanted")

FRESH_SECONDS = 300
"""So long what a provider said opens a session. Streamlit keeps it in a cookie for 30 days, and so would open another
one each time a session ended or was revoked."""


def offer(place: str) -> None:
    """A button for each provider. `place`: where on the page, since they may be offered more than once."""
    for name in _names():
        label = _("Continue with {provider}", provider=name.title())
        st.button(label, on_click=st.login, args=[name], width="stretch", key=f"{place}-{name}")


def keep_page(page: str) -> None:
    """Have the browser keep which page somebody asked for, by its address, until they are back: a provider sends
    everybody to the front page. That one is kept as none."""
    if _names():
        with st.container(key="fers-wanted"):
            _keep_page(key="wanted", data={"page": page, "cookie": _COOKIE})


def wanted() -> str:
    """The page that was kept, with what its address says after a question mark, as the browser has it: anything may
    stand there."""
    return unquote(st.context.cookies.get(_COOKIE) or "")


def identity() -> Identity | None:
    """Whom a provider has just said is here."""
    if not _vouched() or time.time() - st.user["iat"] > FRESH_SECONDS:
        return None
    return Identity(st.user["iss"], st.user["sub"])


def leave() -> None:
    """Forget what the provider said, or the next page would sign them in again. Ends the run where it does: one that
    follows at once would drop the message that sends the browser to be signed out."""
    if _vouched():
        st.logout()
        st.stop()


def _vouched() -> bool:
    """Whether a provider said who is here, however long ago."""
    return bool(_names()) and st.user.is_logged_in


def _names() -> list[str]:
    if not st.secrets.load_if_toml_exists():
        return []
    section = st.secrets.get("auth", {})
    return [name for name, settings in section.items() if isinstance(settings, Mapping) and "client_id" in settings]
