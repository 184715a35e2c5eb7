"""FERS as `pip install` brings it, started in an empty folder."""

import os
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PATIENCE_MS
from tests.browser.test_participant import answer, consent, give_photo, sign_up
from tests.packaging import built, installed
from tests.people import photo
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
ALONE = {"PYTHONPATH": "", "FERS_DATA": "", "FERS_MODELS": ""}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return installed(built(tmp_path_factory.mktemp("wheel")), tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def server(folder, programs):
    with serving(folder, [str(programs / "fers"), "serve"], **ALONE) as server:
        yield server


def test_somebody_gives_a_face_and_looks_on_live(open_page, server):
    page = open_page(**DESKTOP)
    sign_up(page, "ada@example.org")
    consent(page, "Keep my photos")
    give_photo(page, "upload")
    answer(page)
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".live ol li")).to_have_count(3)
    assert len([image for image in (server.data / "images").rglob("*") if image.is_file()]) == 1


def test_the_command_line_knows_the_bundled_models(programs, tmp_path):
    (tmp_path / "astronaut.jpg").write_bytes(photo())
    for words, said in (
        (("predict", "--detect", "astronaut.jpg"), "astronaut.jpg: happy"),
        (("models",), "(default)"),
        (("doctor",), f"There is no store in {tmp_path / 'data'}"),
    ):
        command = [str(programs / "fers"), *words]
        ran = subprocess.run(command, cwd=tmp_path, env=os.environ | ALONE, capture_output=True, text=True)
        assert said in ran.stdout + ran.stderr
