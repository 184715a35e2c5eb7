"""The app on a fresh store, with a model and a face detector that need no weights."""

import pytest
import streamlit as st
from driving import open_app
from streamlit.testing.v1 import AppTest

from fers.domain.boxes import Box
from fers.ui import giving, services
from tests.hashing import quick_hashes  # noqa: F401


@pytest.fixture
def cookies(monkeypatch) -> dict[str, str]:
    """The cookies that the browser sent when it opened the page."""
    sent = {}
    monkeypatch.setattr(type(st.context), "cookies", sent)
    return sent


@pytest.fixture
def platform(platform, monkeypatch):
    """The services behind the pages under test."""
    monkeypatch.setattr(services, "assemble", lambda settings: platform)
    # AppTest runs no browser, so nobody draws a box there: it stays where it starts.
    monkeypatch.setattr(giving, "choose_crop", lambda photo, start, key: start or Box(0, 0, *photo.size))
    services.platform.cache_clear()
    yield platform
    services.platform.cache_clear()


@pytest.fixture
def app(platform, cookies) -> AppTest:
    """The app, as somebody sees it who has just opened it."""
    return open_app()
