"""Somebody's own data: for them alone, where they are signed in, and gone the moment they take it back."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from fers.domain.people import OPERATOR
from fers.errors import NotFound, OutOfOrder
from fers.ui.web import data_export
from fers.ui.web.data_export import (
    CONSENT,
    EVERYTHING,
    PRINTED_CONSENT,
    PRINTED_TEXT,
    address,
    data_export_route,
)
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, give_face, participant, pattern

app = Starlette(routes=[Route("/my-data/{number}/{file}", data_export_route)])


@pytest.fixture
def platform(platform, monkeypatch):
    monkeypatch.setattr(data_export, "platform", lambda: platform)
    return platform


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def faces(platform, ada):
    return [give_face(platform, ada, picture=pattern(number)) for number in range(3)]


@pytest.fixture
def token(platform, ada):
    return platform.accounts.sign_in("ada@example.org", PASSWORD).token


def asked(where, token=""):
    return TestClient(app, cookies={COOKIE: token} if token else {}).get(where)


def told(answer) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        listed = {face["id"] for face in json.loads(archive.read("faces.json"))}
        assert {name for name in archive.namelist() if name.startswith("images/")} == {
            f"images/{id}.jpg" for id in listed
        }
        return listed


def test_people_download_what_they_gave(ada, faces, token):
    answer = asked(address(ada, EVERYTHING), token)
    assert answer.status_code == 200 and told(answer) == {face.id for face in faces}
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert "Ada" not in asked(address(ada, CONSENT), token).text
    assert "# " in asked(address(ada, CONSENT), token).text


def test_people_print_what_they_agreed_to_and_what_they_are_asked(platform, ada, token):
    for file, name in ((PRINTED_CONSENT, "my-consent.pdf"), (PRINTED_TEXT, "consent.pdf")):
        answer = asked(address(ada, file), token)
        assert answer.content.startswith(b"%PDF") and answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["cache-control"] == "no-store"
    platform.studies.update(OPERATOR, replace(platform.studies.current(), name="微笑"))
    answer = asked(address(ada, PRINTED_TEXT), token)
    assert "<h1" in answer.text and answer.headers["content-disposition"] == 'attachment; filename="consent.html"'


def test_nobody_else_gets_anything(platform, ada, faces, token):
    participant(platform, "bob@example.org")
    bob = platform.accounts.sign_in("bob@example.org", PASSWORD)
    for file in (EVERYTHING, CONSENT, PRINTED_CONSENT, PRINTED_TEXT):
        for cookie in ("", "made up", bob.token):
            answer = asked(address(ada, file), cookie)
            assert answer.status_code == 401 and b"PK" not in answer.content
    assert told(asked(address(bob.person, EVERYTHING), bob.token)) == set()
    assert asked(address(ada, "../secret"), token).status_code == 404
    assert asked(address(ada, "faces.json"), token).status_code == 404


def test_what_is_withdrawn_is_gone_at_once(platform, ada, faces, token):
    platform.withdrawal.withdraw_face(ada, faces[0].id)
    assert told(asked(address(ada, EVERYTHING), token)) == {faces[1].id, faces[2].id}
    platform.withdrawal.withdraw_everything(ada)
    for file in (EVERYTHING, CONSENT):
        assert asked(address(ada, file), token).status_code == 401


@pytest.mark.parametrize("read", range(3))
def test_a_photo_that_is_withdrawn_while_it_is_sent_breaks_it_off(platform, ada, faces, token, read, monkeypatch):
    """Whichever photo is being read by then: nothing of it goes out, and no table speaks of it."""
    images, gone, seen = platform.data_export._images, faces[1], []

    class Meanwhile:
        def get(self, key):
            if len(seen) == read:
                platform.withdrawal.withdraw_face(ada, gone.id)
            seen.append(key)
            return images.get(key)

    monkeypatch.setattr(platform.data_export, "_images", Meanwhile())
    sent = b""
    with pytest.raises(NotFound, match="withdrawn"):
        for chunk in platform.data_export.download(ada):
            sent += chunk
    assert b"faces.json" not in sent
    if seen.index(gone.id) >= read:
        assert gone.id.encode() not in sent


def test_photos_are_read_one_by_one_as_they_are_sent(platform, ada, faces, monkeypatch):
    """However many somebody gave, so much is in memory."""
    images, seen = platform.data_export._images, []

    class Counting:
        def get(self, key):
            seen.append(key)
            return images.get(key)

    monkeypatch.setattr(platform.data_export, "_images", Counting())
    made = platform.data_export.download(ada)
    assert seen == []
    next(made)
    assert len(seen) < len(faces)


def test_while_the_store_fails_people_read_so(platform, ada, token, monkeypatch):
    def broken(*_):
        raise OutOfOrder("store.read-only")

    monkeypatch.setattr(platform.data_export, "download", broken)
    answer = asked(address(ada, EVERYTHING), token)
    assert (answer.status_code, answer.text) == (503, "Something is wrong on our side. Please try again later.")
