"""What every request meets first."""

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fers import config
from fers.errors import InvalidInput
from fers.ui.web.doorway import Doorway

ADDRESS = "https://faces.example.org"
EVIL = "http://evil.test"


async def page(request):
    response = PlainTextResponse(request.headers["host"], 410 if request.url.path == "/gone" else 200)
    response.set_cookie("theirs", "x")
    return response


async def socket(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.headers["host"])
    await websocket.close()


app = Starlette(
    routes=[WebSocketRoute("/_stcore/stream", socket), Route("/{path:path}", page)],
    middleware=[Middleware(Doorway, [ADDRESS])],
)


def browser(address="http://127.0.0.1:8501"):
    return TestClient(app, base_url=address)


def open_socket(address="http://127.0.0.1:8501", **said):
    return browser().websocket_connect(f"ws{address.removeprefix('http')}/_stcore/stream", **said)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8501", "http://localhost:1", "http://[::1]:8501", ADDRESS])
def test_it_answers_at_its_own_addresses(address):
    assert browser(address).get("/").status_code == 200
    with open_socket(address):
        pass


@pytest.mark.parametrize("address", [EVIL, "http://127.0.0.1.evil.test", "https://faces.example.org.evil.test"])
def test_it_answers_nowhere_else(address):
    refused = browser(address).get("/")
    assert refused.status_code == 421 and "FERS_ADDRESS" in refused.text
    assert browser(address).get("/health").status_code == 200, "a machine asks whether it is well by a number"
    with pytest.raises(WebSocketDisconnect), open_socket(address):
        pass


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "", "http://[", "http://127.0.0.1:3000", "https://faces.example.org.evil.test"]
)
def test_other_sites_get_nothing(origin):
    said = {"Origin": origin}
    assert browser().get("/", headers=said).status_code == 403
    assert browser().put("/_stcore/upload_file/session/file", headers=said).status_code == 403
    with pytest.raises(WebSocketDisconnect), open_socket(headers=said):
        pass


@pytest.mark.parametrize("address", ["http://127.0.0.1:8501/gone", EVIL])
def test_no_browser_keeps_a_refusal(address):
    """A link that was opened by somebody who was signed out works once they are signed in."""
    assert browser(address).get(address).headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in browser().get("/").headers


def test_a_proxy_may_have_called_this_machine_by_another_name():
    said = {"Origin": ADDRESS}
    assert browser().get("/", headers=said).text == "faces.example.org"
    with open_socket(headers=said) as opened:
        assert opened.receive_text() == "faces.example.org"


def test_browsers_are_told_what_to_keep_from_pages():
    said = browser().get("/").headers
    policy = dict(rule.partition(" ")[::2] for rule in said["Content-Security-Policy"].split("; "))
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in said["Permissions-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    assert "'unsafe-eval'" not in policy["script-src"] and "'unsafe-inline'" not in policy["script-src"]
    assert set(re.findall(r"\w+://[^ ;]*", said["Content-Security-Policy"])) == {"ws://127.0.0.1:8501"}


def test_a_pages_own_part_may_be_framed_by_it_alone():
    assert "frame-ancestors 'self'" in browser().get("/component/cropper/").headers["Content-Security-Policy"]


def test_nothing_keeps_pictures_of_people():
    assert browser().get("/media/face.jpg").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "secure"), [(ADDRESS, True), ("http://127.0.0.1:8501", False)])
def test_every_cookie_stays_on_https_when_it_came_by_https(address, secure):
    assert ("Secure" in browser(address).get("/").headers["Set-Cookie"]) == secure


@pytest.mark.parametrize("text", ["faces.example.org", "https://", "ftp://a.org", "https://a.org/path", "https://x@a"])
def test_an_address_that_is_none_is_named(text):
    with pytest.raises(InvalidInput, match="FERS_ADDRESS"):
        config.load({"FERS_ADDRESS": f"https://faces.example.org, {text}"})


def test_several_addresses():
    assert config.load({"FERS_ADDRESS": "https://A.org/, http://b.org:8080"}).addresses == (
        "https://a.org",
        "http://b.org:8080",
    )
    assert config.load({}).addresses == ()
