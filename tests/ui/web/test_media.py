"""What Streamlit keeps for pages to fetch."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from fers.ui.web import session_cookie
from fers.ui.web.media import MediaForPeople
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, participant


def page(request):
    return PlainTextResponse("something of somebody's")


app = Starlette(routes=[Route("/{path:path}", page)], middleware=[Middleware(MediaForPeople)])


@pytest.fixture
def token(platform, monkeypatch):
    monkeypatch.setattr(session_cookie, "platform", lambda: platform)
    participant(platform, "me@example.org")
    return platform.accounts.sign_in("me@example.org", PASSWORD).token


def asked(address, token=""):
    return TestClient(app, cookies={COOKIE: token} if token else {}).get(address).status_code


def test_it_is_for_whoever_is_signed_in(token, platform):
    assert asked("/media/leaderboard.csv", token) == 200
    assert asked("/media/leaderboard.csv") == asked("/media/leaderboard.csv", "made up") == 401
    assert asked("/") == 200
    platform.accounts.sign_out(token)
    assert asked("/media/leaderboard.csv", token) == 401
