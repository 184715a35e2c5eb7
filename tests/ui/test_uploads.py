"""How much may be uploaded, and by whom."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fers.domain.people import OPERATOR, Role
from fers.ui import services, uploads
from fers.ui.session_cookie import COOKIE
from fers.ui.uploads import MEGABYTE, UploadLimits
from tests.people import PASSWORD, grant, participant

PHOTO, MODEL = 20 * MEGABYTE, 40 * MEGABYTE


@pytest.fixture
def tokens(platform, monkeypatch):
    monkeypatch.setattr(uploads, "platform", lambda: platform)
    found = {"nobody": "", "a stranger": "made up"}
    for who in ("a participant", "a researcher"):
        email = f"{who.split()[1]}@example.org"
        participant(platform, email)
        if who == "a researcher":
            grant(platform, email, Role.RESEARCHER)
        found[who] = platform.accounts.sign_in(email, PASSWORD).token
    yield found
    services.platform.cache_clear()


async def received(request):
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("broke off", 400)


app = Starlette(
    routes=[Route("/_stcore/upload_file/{session}/{file}", received, methods=["PUT"])],
    middleware=[Middleware(UploadLimits)],
)


def put(token, content):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fers.test") as browser:
            headers = {"Cookie": f"{COOKIE}={token}"}
            return await browser.put("/_stcore/upload_file/session/file", content=content, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("who", "length", "status"),
    [
        ("nobody", PHOTO, 200),
        ("nobody", MODEL, 413),
        ("a stranger", MODEL, 413),
        ("a participant", PHOTO, 200),
        ("a participant", MODEL, 413),
        ("a researcher", MODEL, 200),
        ("a researcher", 1002 * MEGABYTE, 413),
    ],
)
def test_a_photo_from_everybody_and_more_from_researchers(tokens, who, length, status):
    answer = put(tokens[who], bytes(length))
    assert answer.status_code == status
    assert status == 413 or answer.text == str(length)


def test_a_set_from_whoever_manages_a_study_only(tokens, platform):
    email = "guest@example.org"
    participant(platform, email)
    study = platform.studies.current()
    seated = platform.accounts.sign_in(email, PASSWORD)
    before = put(seated.token, bytes(MODEL)).status_code
    invitation = platform.invitations.invite(OPERATOR, study.id, Role.ADMINISTRATOR, 7, 1)
    platform.invitations.accept(seated.person, invitation)
    assert (before, put(seated.token, bytes(MODEL)).status_code) == (413, 200)


def test_an_upload_that_does_not_say_how_long_it_is_breaks_off(tokens):
    async def pieces():
        for _ in range(MODEL // MEGABYTE):
            yield bytes(MEGABYTE)

    assert put("", pieces()).text == "broke off"
