"""A researcher freezes a version and downloads it; nobody else can use the link."""

import json
import zipfile
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import expect

from fers import config
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR, Role
from fers.platform import assemble
from tests.browser.conftest import DESKTOP, PATIENCE_MS, sign_in
from tests.people import OneFace, OneModel, give_face, participant, pattern
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose store holds a researcher and some faces."""
    folder = tmp_path_factory.mktemp("server")
    settings = replace(config.load({}), data=folder / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    for number, label in enumerate((Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL)):
        person = participant(platform, f"{number}@example.org")
        give_face(platform, person, Answer(label, before_prediction=True), pattern(number))
    participant(platform, "researcher@example.org")
    platform.accounts.grant(OPERATOR, "researcher@example.org", Role.RESEARCHER)
    with serving(folder) as server:
        yield server


def test_freeze_and_download(open_page, server, tmp_path):
    page = open_page(accept_downloads=True, **DESKTOP)
    sign_in(page, "researcher@example.org")
    page.get_by_role("link", name="Datasets").click()
    page.get_by_text("Freeze a new version").click()
    page.get_by_label("Name of the new version").fill("v1")
    expect(page.get_by_role("radio", name="Majority")).to_be_visible()  # Its coming moves the button below it.
    page.get_by_role("button", name="Freeze", exact=True).click()
    expect(page.get_by_text("3 faces of 3 people")).to_be_visible()
    page.get_by_role("button", name="Make the download").click()
    link = page.get_by_role("link", name="Download", exact=True)
    address = server.address + link.get_attribute("href")
    with page.expect_download() as started:
        link.click()
    started.value.save_as(tmp_path / "v1.zip")
    with zipfile.ZipFile(tmp_path / "v1.zip") as archive:
        assert archive.testzip() is None
        assert len([json.loads(line) for line in archive.read("faces.jsonl").splitlines()]) == 3

    expect(page.get_by_text("on its way to your browser")).to_be_visible()

    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert resumed(address, cookies) == (tmp_path / "v1.zip").read_bytes()
    assert httpx.get(address).status_code == 410, "it is no secret that others could use"
    stranger = open_page(**DESKTOP)
    with stranger.expect_response("**/session"):  # Which sets the cookie.
        sign_in(stranger, "0@example.org")
    assert stranger.request.get(address).status == 410
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert httpx.get(address, cookies=cookies).status_code == 410


def resumed(address, cookies) -> bytes:
    """A download whose connection was cut in the middle, and that was asked for the rest."""
    with httpx.stream("GET", address, cookies=cookies) as broken:
        begun = next(broken.iter_raw(20_000))
    assert len(begun) == 20_000 < int(broken.headers["Content-Length"])
    headers = {"Range": f"bytes={len(begun)}-", "If-Range": broken.headers["ETag"]}
    rest = httpx.get(address, cookies=cookies, headers=headers)
    assert rest.status_code == 206
    return begun + rest.content
