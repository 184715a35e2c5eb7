"""How many pages may be open at a time."""

from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fers.ui.web import session_cookie
from fers.ui.web.session_cookie import COOKIE
from fers.ui.web.sockets import Limits, OpenPages, SocketLimits
from tests.people import PASSWORD, participant

HERE, THERE, PROXY = "8.8.8.8", "9.9.9.9", "10.0.0.1"
LIMITS = Limits(signed_out=5, an_address=3, a_person=4)
SIGNING_IN = "x-fers-page"


async def socket(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.headers[SIGNING_IN])
    await websocket.receive()


@pytest.fixture
def pages():
    return OpenPages(LIMITS)


@pytest.fixture
def app(pages):
    routes = [
        WebSocketRoute("/_stcore/stream", socket),
        Route("/{path:path}", lambda request: PlainTextResponse("page")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SocketLimits, pages)])


@pytest.fixture
def signed_in(platform, monkeypatch):
    monkeypatch.setattr(session_cookie, "platform", lambda: platform)
    participant(platform, "me@example.org")
    return platform.accounts.sign_in("me@example.org", PASSWORD)


@pytest.fixture
def opened(app):
    """Open a page from an address, with a session; returns its name, None where it is refused."""
    with ExitStack() as stack:

        def opened(address=HERE, token="", **said):
            browser = TestClient(app, client=(address, 1), cookies={COOKIE: token} if token else {})
            try:
                page = stack.enter_context(browser.websocket_connect("/_stcore/stream", headers=said))
            except WebSocketDisconnect:
                return None
            return page.receive_text()

        yield opened


def test_pages_of_strangers_are_few_and_those_of_people_come_in_meanwhile(opened, signed_in):
    assert len(list(filter(None, (opened(PROXY) for _ in range(20))))) == LIMITS.signed_out
    assert opened(PROXY, token="made up") is None
    assert opened(PROXY, token=signed_in.token)


def test_one_address_leaves_room_for_another(opened):
    assert len(list(filter(None, (opened(HERE) for _ in range(20))))) == LIMITS.an_address
    assert opened(THERE)


@pytest.mark.parametrize("seen", [HERE, f"{HERE}, {PROXY}", f"{HERE}:50123"])
def test_whoever_says_that_they_are_elsewhere_is_where_the_server_in_front_saw_them(opened, seen):
    """Behind a proxy that is believed, what a browser says first passes for its address (uvicorn)."""
    made_up = (f"11.0.0.{number}" for number in range(20))
    pages = (opened(elsewhere, **{"X-Forwarded-For": f"{elsewhere}, {seen}"}) for elsewhere in made_up)
    assert len(list(filter(None, pages))) == LIMITS.an_address
    assert opened(THERE, **{"X-Forwarded-For": THERE})


def test_a_network_is_one_address(opened):
    assert len(list(filter(None, (opened(f"2606:4700::{number:x}") for number in range(1, 9))))) == LIMITS.an_address


def test_one_person_opens_some(opened, signed_in):
    assert len(list(filter(None, (opened(token=signed_in.token) for _ in range(9))))) == LIMITS.a_person


def test_whoever_signs_in_makes_room_until_they_sign_out(opened, pages):
    first = [opened(PROXY) for _ in range(5)][0]
    assert opened(PROXY) is None
    pages.belongs_to(first, "somebody")
    assert opened(PROXY)
    pages.belongs_to(first, None)
    assert opened(PROXY) is None


def test_a_browser_gives_its_page_no_name(opened, pages):
    assert opened(PROXY, **{SIGNING_IN: "of somebody else"}) != "of somebody else"


def test_a_page_that_is_closed_makes_room(app, pages):
    for _ in range(20):
        with TestClient(app, client=(HERE, 1)).websocket_connect("/_stcore/stream") as page:
            page.receive_text()
            page.send_text("")
    assert pages.has_room(None, HERE)


def test_who_comes_too_late_reads_why(app, opened, signed_in):
    browser = TestClient(app, client=(PROXY, 1))
    page = {"Sec-Fetch-Dest": "document"}
    assert browser.get("/", headers=page).text == "page"
    for _ in range(5):
        opened(PROXY)
    refused = browser.get("/", headers=page)
    assert refused.status_code == 503 and "tries again by itself" in refused.text
    assert browser.get("/health").text == "page", "what is no page comes through"
    assert browser.get("/", headers=page | {"Cookie": f"{COOKIE}={signed_in.token}"}).text == "page"
