"""The app on a fresh store, with a model and a face detector that need no weights."""

import gc
import re
from collections import Counter
from functools import cache

import pytest
import streamlit as st
from driving import keys, markdown, open_app
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from fers.domain.boxes import Box
from fers.ui import services
from fers.ui.faces import giving

PICTURE = re.compile(r"(?<!\\)!\[")


@pytest.fixture(scope="session", autouse=True)
def components_looked_for_once():
    """Each page that is opened would look through all installed packages for components."""
    found = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="session", autouse=True)
def little_to_look_through():
    """After each run of a page, Streamlit looks for garbage among all objects: those of the networks that other tests
    have loaded in the same process would take it a second."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def keys_of_their_own(monkeypatch):
    """Whatever a test makes a page show, no two things on it share a key: in a browser, state that one of them keeps
    would break the other. And whatever opens over the page has a key: else it would stay open for what takes the place
    of what it was about."""
    run = AppTest.run

    def run_and_look(app: AppTest, **more) -> AppTest:
        run(app, **more)
        used = Counter(keys(app.main) + keys(app.sidebar))
        assert [key for key, times in used.items() if times > 1] == []
        assert [block.proto.popover.label for block in app.get("popover") if not block.key] == []
        return app

    monkeypatch.setattr(AppTest, "run", run_and_look)


@pytest.fixture(autouse=True)
def nothing_typed_is_a_picture(monkeypatch):
    """Whatever a test makes a page show: FERS's own words hold no pictures, so one in a text was somebody else's."""
    run = AppTest.run

    def run_and_look(app: AppTest, **more) -> AppTest:
        run(app, **more)
        assert [text for text in markdown(app.main) if PICTURE.search(text)] == []
        return app

    monkeypatch.setattr(AppTest, "run", run_and_look)


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
