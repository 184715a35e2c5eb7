"""How much may be uploaded, and by whom."""

import asyncio
import tempfile
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fers.domain.images import PhotoLimits
from fers.domain.people import OPERATOR, Role
from fers.ui.web import session_cookie
from fers.ui.web.session_cookie import COOKIE
from fers.ui.web.uploads import MEGABYTE, PHOTOS, SETS_AND_MODELS, UploadLimits
from tests.people import PASSWORD, grant, participant

PHOTO, MODEL = 20 * MEGABYTE, 40 * MEGABYTE


@pytest.fixture
def tokens(platform, monkeypatch):
    monkeypatch.setattr(session_cookie, "platform", lambda: platform)
    return {
        "nobody": "",
        "a stranger": "made up",
        "a participant": signed_in(platform, "participant@example.org").token,
        "a researcher": signed_in(platform, "researcher@example.org", Role.RESEARCHER).token,
    }


def signed_in(platform, email, role=Role.PARTICIPANT):
    participant(platform, email)
    if role is not Role.PARTICIPANT:
        grant(platform, email, role)
    return platform.accounts.sign_in(email, PASSWORD)


@dataclass
class Server:
    """Streamlit's part, which keeps what it was sent, of each page by the session of its socket."""

    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    read: int = 0

    def __post_init__(self):
        route = Route("/_stcore/upload_file/{session}/{file}", self.receive, methods=["PUT"])
        limits = Middleware(UploadLimits, lambda session, file: self.kept.get((session, file), 0))
        self.app = Starlette(routes=[route], middleware=[limits])

    async def receive(self, request):
        length = 0
        try:
            async for chunk in request.stream():
                length += len(chunk)
                self.read += len(chunk)
        except ClientDisconnect:
            return PlainTextResponse("broke off", 400)
        self.kept[request.path_params["session"], request.path_params["file"]] = length
        return PlainTextResponse(str(length))

    def put(self, token, content, session="session", file="file"):
        return asyncio.run(self.putting(token, content, session, file))

    async def putting(self, token, content, session="session", file="file"):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://fers.test") as browser:
            headers = {"Cookie": f"{COOKIE}={token}"}
            return await browser.put(f"/_stcore/upload_file/{session}/{file}", content=content, headers=headers)


@pytest.fixture
def server():
    return Server()


@pytest.mark.parametrize(
    ("who", "length", "status"),
    [
        ("nobody", PHOTO, 401),
        ("nobody", MODEL, 401),
        ("a stranger", PHOTO, 401),
        ("a participant", PHOTO, 200),
        ("a participant", MODEL, 413),
        ("a researcher", MODEL, 200),
        ("a researcher", 1002 * MEGABYTE, 413),
    ],
)
def test_a_photo_from_whoever_is_signed_in_and_more_from_researchers(tokens, server, who, length, status):
    answer = server.put(tokens[who], bytes(length))
    assert answer.status_code == status
    assert server.read == (length if status == 200 else 0)


def test_a_photo_that_is_uploaded_is_in_no_file(monkeypatch):
    on_disk = []

    async def receive(request):
        async with request.form() as form:
            return PlainTextResponse(str(form["file"].size))

    def send(length):
        async def sending():
            transport = httpx.ASGITransport(Starlette(routes=[Route("/", receive, methods=["PUT"])]))
            async with httpx.AsyncClient(transport=transport, base_url="http://fers.test") as browser:
                return await browser.put("/", files={"file": bytes(length)})

        assert asyncio.run(sending()).text == str(length)

    roll_over = tempfile.SpooledTemporaryFile.rollover
    monkeypatch.setattr(
        tempfile.SpooledTemporaryFile, "rollover", lambda file: on_disk.append(file.tell()) or roll_over(file)
    )
    send(PhotoLimits().largest_bytes)
    assert on_disk == []
    send(MODEL)
    assert on_disk, "what is larger is no photo, and may be too large for the memory"


def test_a_set_from_whoever_manages_a_study_only(tokens, server, platform):
    email = "guest@example.org"
    participant(platform, email)
    study = platform.studies.current()
    seated = platform.accounts.sign_in(email, PASSWORD)
    before = server.put(seated.token, bytes(MODEL)).status_code
    invitation = platform.invitations.invite(OPERATOR, study.id, Role.ADMINISTRATOR, 7, 1)
    platform.invitations.accept(seated.person, invitation)
    assert (before, server.put(seated.token, bytes(MODEL)).status_code) == (413, 200)


def test_an_upload_that_does_not_say_how_long_it_is_breaks_off(tokens, server):
    async def pieces():
        for _ in range(MODEL // MEGABYTE):
            yield bytes(MEGABYTE)

    assert server.put(tokens["a participant"], pieces()).text == "broke off"


def test_one_person_holds_a_few_photos_at_a_time_however_many_pages_they_open(tokens, server):
    me = tokens["a participant"]
    answers = [server.put(me, bytes(PHOTO), f"page {number}", "photo").status_code for number in range(60)]
    assert answers == [200] * 3 + [503] * 57
    assert server.read == 3 * PHOTO


def test_what_was_taken_in_replaced_or_taken_back_makes_room(tokens, server):
    me = tokens["a participant"]
    for number in range(3):
        server.put(me, bytes(PHOTO), file=f"{number}")
    assert server.put(me, bytes(PHOTO), file="0").status_code == 200, "in the place of what it was"
    assert server.put(me, bytes(PHOTO), file="more").status_code == 503
    del server.kept["session", "0"]
    assert server.put(me, bytes(PHOTO), file="more").status_code == 200


def test_photos_and_sets_each_have_their_room_in_all(tokens, server, platform):
    people = [signed_in(platform, f"person{number}@example.org").token for number in range(10)]
    photos = [(token, f"{number}") for token in people for number in range(3)]
    answers = [server.put(token, bytes(PHOTO), token, number).status_code for token, number in photos]
    assert answers.count(200) == PHOTOS.in_all // PHOTO < len(photos)
    assert sum(server.kept.values()) <= PHOTOS.in_all
    assert server.put(tokens["a researcher"], bytes(MODEL)).status_code == 200
    assert SETS_AND_MODELS.a_file <= SETS_AND_MODELS.in_all


def test_what_is_still_coming_counts(tokens, server):
    """And is let go of when it breaks off."""
    me = tokens["a participant"]

    async def at_once():
        async def slowly():
            yield b"x"
            await enough.wait()

        enough = asyncio.Event()
        coming = [asyncio.create_task(server.putting(me, slowly(), file=f"{number}")) for number in range(3)]
        while server.read < 3:
            await asyncio.sleep(0)
        refused = await server.putting(me, bytes(PHOTO), file="more")
        enough.set()
        return refused.status_code, [answer.status_code for answer in await asyncio.gather(*coming)]

    assert asyncio.run(at_once()) == (503, [200] * 3)
    server.kept.clear()
    assert server.put(me, bytes(PHOTO), file="more").status_code == 200
