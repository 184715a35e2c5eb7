"""Links to downloads lead one person to one version, from any server, until they run out or the person may not."""

import io
import zipfile
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from fers.assembly import assemble
from fers.domain.people import OPERATOR, Role
from fers.domain.versions import Split
from fers.exporting.exported_version import Cut
from fers.ui.web import downloads
from fers.ui.web.downloads import Link, download_route
from fers.ui.web.session_cookie import COOKIE
from tests.exporting.versions import described
from tests.people import PASSWORD, OneFace, OneModel, grant, participant
from tests.ui.web.conftest import RESEARCHER, answered


@pytest.fixture
def link(platform, faces, researcher):
    [version] = platform.versions.of_study(researcher.person, platform.studies.current().id)
    return Link(version.dataset_version.study_id, version.dataset_version.id, "imagefolder", Cut.CROP)


@pytest.fixture
def address(link, researcher):
    return f"/downloads/{downloads.issue(researcher.person, researcher.token, link)}"


app = Starlette(routes=[Route("/downloads/{secret}", download_route)])


@pytest.fixture
def ask(researcher):
    """Ask for an address in the browser of whoever is signed in, or with another cookie, or none."""

    def ask(address: str, method: str = "GET", cookie: str | None = researcher.token, **headers: str):
        return answered(app, method, address, headers, {COOKIE: cookie} if cookie else {})

    return ask


def faces_in(answer) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {record["id"] for record in described(archive)}


def test_a_link_works_again_and_again_on_any_server(address, ask, serve, faces, settings, clock):
    assert faces_in(ask(address)) == set(faces)
    serve(assemble(settings, models=OneModel(), detector=OneFace(), now=clock))
    assert faces_in(ask(address)) == set(faces)


def test_a_link_runs_out_after_an_hour(address, ask, clock):
    clock.advance(minutes=59)
    assert ask(address).status_code == 200
    clock.advance(minutes=1)
    assert ask(address).status_code == 410


def test_a_guess_leads_nowhere(address, ask):
    assert ask(address + "x").status_code == 410


def test_a_link_ends_with_the_session_of_whoever_asked(address, ask, platform, researcher):
    platform.accounts.sign_out(researcher.token)
    assert ask(address).status_code == 410


def test_a_link_does_not_work_where_somebody_else_is_signed_in(address, ask, platform):
    participant(platform, "stranger@example.org")
    token = platform.accounts.sign_in("stranger@example.org", PASSWORD).token
    assert ask(address, cookie=token).status_code == 410


def test_a_link_does_not_work_where_nobody_is_signed_in(address, ask):
    assert ask(address, cookie=None).status_code == 410
    assert ask(address, cookie="a guess").status_code == 410


def test_a_link_works_in_a_later_session_of_whoever_asked(address, ask, platform):
    """As in another browser of theirs, as long as the one lasts that they asked from."""
    assert ask(address, cookie=platform.accounts.sign_in(RESEARCHER, PASSWORD).token).status_code == 200


def test_whoever_may_not_share_any_more_is_refused_at_once(address, ask, platform):
    grant(platform, RESEARCHER, Role.PARTICIPANT)
    answer = ask(address)
    assert (answer.status_code, b"PK" in answer.content) == (403, False)


def test_a_download_that_broke_off_is_resumed_at_another_server(address, ask, serve, settings, clock):
    whole = ask(address)
    assert whole.headers["accept-ranges"] == "bytes"
    assert int(whole.headers["content-length"]) == len(whole.content)
    serve(assemble(settings, models=OneModel(), detector=OneFace(), now=clock))
    rest = ask(address, Range="bytes=1000-", **{"If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    assert rest.headers["etag"] == whole.headers["etag"]


def test_the_page_sees_how_far_a_download_has_come_resumed_or_not(address, ask):
    secret = address.split("/")[-1]
    assert downloads.sent(secret) is None
    size = len(ask(address).content)
    assert (downloads.sent(secret).whole, downloads.sent(secret).share) == (True, 1)
    ask(address, Range="bytes=0-999")
    begun = downloads.sent(secret)
    assert (begun.ended, begun.whole, begun.share) == (True, False, 1000 / size)
    ask(address, Range="bytes=1000-")
    assert (downloads.sent(secret).whole, downloads.sent(secret).share) == (True, 1)


RANGES = [
    ("bytes=0-99", 206, slice(0, 100)),
    ("bytes=-100", 206, slice(-100, None)),
    ("bytes=7-7", 206, slice(7, 8)),
    ("bytes=0-999999999999", 206, slice(None)),
    ("bytes=9-3", 200, slice(None)),
    ("bytes=0-9,20-29", 200, slice(None)),
    ("bytes=-", 200, slice(None)),
    ("lines=1-2", 200, slice(None)),
    ("bytes=999999999999-", 416, slice(0, 0)),
    ("bytes=-0", 416, slice(0, 0)),
]


def test_ranges_are_answered_as_rfc_9110_says(address, ask):
    whole = ask(address).content
    for asked, status, expected in RANGES:
        answer = ask(address, Range=asked)
        assert (asked, answer.status_code) == (asked, status)
        assert answer.content == whole[expected]
        if status == 416:
            assert answer.headers["content-range"] == f"bytes */{len(whole)}"


def test_after_somebody_withdrew_a_download_starts_anew(address, ask, faces, platform):
    before = ask(address)
    person = platform.accounts.sign_in("0@example.org", PASSWORD).person
    [gone] = platform.data_export.faces(person)
    platform.withdrawal.withdraw_face(person, gone.id)
    for condition in ({"If-Range": before.headers["etag"]}, {}):
        answer = ask(address, Range="bytes=1000-", **condition)
        assert answer.status_code == 200
        assert faces_in(answer) == set(faces) - {gone.id}


def test_an_image_that_is_lost_ends_no_download_and_the_next_begins_anew(
    platform, faces, link, researcher, ask, settings
):
    """The first one was promised to be as large as with it."""
    whole = replace(link, cut=Cut.WHOLE)
    address = f"/downloads/{downloads.issue(researcher.person, researcher.token, whole)}"
    everything = platform.versions.entries
    lost = [entry.face_id for split in Split for entry in everything(researcher.person, link.version, split)][-1]
    (settings.data / "images" / lost[:2] / f"{lost}.jpg").unlink()
    found = ask(address)
    assert (found.status_code, faces_in(found)) == (200, set(faces) - {lost})
    assert int(found.headers["content-length"]) == len(found.content)
    assert downloads.sent(address.split("/")[-1]).whole
    rest = ask(address, Range="bytes=1000-", **{"If-Range": found.headers["etag"]})
    assert (rest.status_code, faces_in(rest)) == (200, set(faces) - {lost})
    going_on = ask(address, Range="bytes=1000-", **{"If-Range": rest.headers["etag"]})
    assert (going_on.status_code, going_on.content) == (206, rest.content[1000:])


def test_what_a_browser_has_already_is_not_sent_again(address, ask, platform):
    tag, log = ask(address, "HEAD").headers["etag"], platform.members.log
    assert ask(address, **{"If-None-Match": tag}).status_code == 304
    assert "downloaded" not in "".join(entry.action for entry in log(OPERATOR, platform.studies.current().id, 50))


def test_the_size_can_be_asked_for_by_itself(address, ask):
    answer = ask(address, "HEAD")
    assert (answer.content, answer.headers["content-length"]) == (b"", ask(address).headers["content-length"])
