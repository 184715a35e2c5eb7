"""A researcher freezes a version and downloads it; nobody else can use the link."""

import json
import zipfile
from dataclasses import replace

import httpx
import pandas
import pytest
from playwright.sync_api import expect

from fers import config
from fers.assembly import assemble
from fers.datasets import load
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import Role
from tests.browser.conftest import DESKTOP, PATIENCE_MS, sign_in
from tests.people import OneFace, OneModel, give_face, grant, participant, pattern
from tests.serving import fetch, serving
from tests.waiting import LONG

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
    grant(platform, "researcher@example.org", Role.RESEARCHER)
    with serving(folder) as server:
        yield server


def test_freeze_and_download(open_page, server, tmp_path):
    page = open_page(who="researcher@example.org", accept_downloads=True, **DESKTOP)
    page.get_by_role("link", name="Datasets").click()
    page.get_by_text("Freeze a new version").click()
    page.get_by_label("Name of the new version").fill("v1")
    expect(page.get_by_role("radio", name="Majority")).to_be_visible()  # Its coming moves the button below it.
    page.get_by_role("button", name="Freeze", exact=True).click()
    expect(page.get_by_text("3 faces of 3 people")).to_be_visible()
    page.get_by_role("button", name="Create the download").click()
    link = page.get_by_role("link", name="Download", exact=True)
    address = server.address + link.get_attribute("href")
    with page.expect_download() as started:
        link.click()
    started.value.save_as(tmp_path / "v1.zip")
    with zipfile.ZipFile(tmp_path / "v1.zip") as archive:
        assert archive.testzip() is None
        assert len([json.loads(line) for line in archive.read("faces.jsonl").splitlines()]) == 3

    expect(page.get_by_text("sent to your browser")).to_be_visible()

    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert resumed(address, cookies) == (tmp_path / "v1.zip").read_bytes()
    assert fetch(address).status_code == 410, "it is no secret that others could use"
    page.get_by_text("From a script").click()
    page.get_by_label("What is it for?").fill("The cluster")
    page.get_by_role("button", name="Create a token").click()
    secret = page.get_by_test_id("stCode").filter(has_text="fers_").first.inner_text().strip()
    assert_a_script_gets_in(server.address, secret, tmp_path)
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text("The cluster: last used")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("The cluster: last used")).to_be_hidden()
    assert fetch(f"{server.address}/api/versions", headers={"Authorization": f"Bearer {secret}"}).status_code == 401

    stranger = open_page(**DESKTOP)
    with stranger.expect_response("**/session"):  # Which sets the cookie.
        sign_in(stranger, "0@example.org")
    assert stranger.request.get(address).status == 410
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert fetch(address, cookies=cookies).status_code == 410


def assert_a_script_gets_in(address, secret, folder) -> None:
    """With the token alone: the list, a version that training reads, and a table that pandas opens by its address."""
    headers, versions = {"Authorization": f"Bearer {secret}"}, f"{address}/api/versions"
    assert [version["name"] for version in fetch(versions, headers=headers).json()["versions"]] == ["v1"]
    (folder / "fetched.zip").write_bytes(fetch(f"{versions}/v1/parquet.zip", headers=headers).content)
    names = [name for name in fetch(f"{versions}/v1/parquet", headers=headers).json()["files"] if "data/" in name]
    tables = [pandas.read_parquet(f"{versions}/v1/parquet/{name}", storage_options=headers) for name in names]
    assert sum(map(len, tables)) == 3
    parts = [load(f"fers:{folder / 'fetched.zip'}#{table['split'][0]}") for table in tables]
    assert [list(part.labels) for part in parts] == [list(table["label"]) for table in tables]


def resumed(address, cookies) -> bytes:
    """A download whose connection was cut in the middle, and that was asked for the rest."""
    with httpx.stream("GET", address, cookies=cookies, timeout=LONG) as broken:
        begun = next(broken.iter_raw(20_000))
    assert len(begun) == 20_000 < int(broken.headers["Content-Length"])
    headers = {"Range": f"bytes={len(begun)}-", "If-Range": broken.headers["ETag"]}
    rest = fetch(address, cookies=cookies, headers=headers)
    assert rest.status_code == 206
    return begun + rest.content
