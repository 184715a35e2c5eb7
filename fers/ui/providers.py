"""Signing in with Google or any other OpenID Connect provider: Streamlit talks to it, FERS takes its word.

Providers are named in `.streamlit/secrets.toml`, under `[auth]`; without any, nothing of this shows.
"""

from collections.abc import Mapping

import streamlit as st

from fers.domain.people import Identity


def offer(place: str) -> None:
    """A button for each provider. `place`: where on the page, since they may be offered more than once."""
    for name in _names():
        label = f"Continue with {name.title()}"
        st.button(label, on_click=st.login, args=[name], width="stretch", key=f"{place}-{name}")


def identity() -> Identity | None:
    """Whom a provider says is here."""
    if not _names() or not st.user.is_logged_in:
        return None
    return Identity(st.user["iss"], st.user["sub"])


def leave() -> None:
    """Forget what the provider said, or the next page would sign them in again. Ends the run where it does: one that
    follows at once would drop the message that sends the browser to be signed out."""
    if identity() is not None:
        st.logout()
        st.stop()


def _names() -> list[str]:
    if not st.secrets.load_if_toml_exists():
        return []
    section = st.secrets.get("auth", {})
    return [name for name, settings in section.items() if isinstance(settings, Mapping) and "client_id" in settings]
