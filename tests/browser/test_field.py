"""A researcher begins a blind trial, a participant gives a face in it, and the comparison is there."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fers import config
from fers.domain.people import OPERATOR, Role
from fers.platform import assemble
from tests.browser.conftest import DESKTOP, PATIENCE_MS
from tests.browser.test_participant import answer, give_photo
from tests.people import PASSWORD, participant
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
MODELS = ("alexnet-ferplus", "fersnet-ferplus")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def platform(folder):
    """The services on the server's store, which holds a participant and a researcher."""
    platform = assemble(replace(config.load({}), data=folder / "data"))
    participant(platform)
    participant(platform, "researcher@example.org")
    platform.accounts.grant(OPERATOR, "researcher@example.org", Role.RESEARCHER)
    return platform


@pytest.fixture(scope="module")
def server(platform, folder):
    with serving(folder) as server:
        yield server


def test_a_face_given_in_a_trial_is_compared(open_page, platform):
    page = open_page(**DESKTOP)
    sign_in(page, "researcher@example.org")
    page.get_by_role("link", name="In the field").click()
    chooser = page.get_by_role("combobox", name="Models to compare")
    for name in MODELS:
        chooser.click()
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start the trial").click()
    expect(page.get_by_text("This trial is on since")).to_be_visible()
    expect(page.get_by_text("No face was compared yet")).to_be_visible()

    other = open_page(**DESKTOP)
    sign_in(other, "ada@example.org")
    give_photo(other, "upload")
    answer(other)
    expect(other.get_by_text("ferplus")).to_have_count(0)  # Whose guess it was is not said.

    [face] = platform.own_data.faces(platform.accounts.sign_in("ada@example.org", PASSWORD).person)
    assert {face.prediction.model_id, face.rival.prediction.model_id} == set(MODELS)
    page.reload()
    expect(page.get_by_role("heading", name="Too early to tell")).to_be_visible()
    page.get_by_role("button", name="End the trial").click()
    page.get_by_role("button", name="End it", exact=True).click()
    expect(page.get_by_role("button", name="Start the trial")).to_be_visible()
    assert "Traceback" not in page.content()


def sign_in(page, email: str) -> None:
    page.get_by_label("E-mail").first.fill(email)
    page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
