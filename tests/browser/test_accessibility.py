"""axe-core finds nothing on any page full of data, light and dark, on a desktop and on a phone."""

import pytest
from playwright.sync_api import expect

from tests import REPOSITORY
from tests.browser.accessibility import faults, look
from tests.browser.conftest import PATIENCE_MS, sign_in
from tests.browser.lived_in import EVERYBODY, NEWCOMER, live_in
from tests.browser.test_participant import answer, give_photo
from tests.people import PASSWORD
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

OF_STRANGERS = {"sign_in": "/", "setup": "/setup?token=any", "join": "/join"}
OF_EVERYBODY = (
    *("agreement", "arena", "consent", "datasets", "explore", "face", "field", "give", "live", "models", "my_data"),
    *("rehearse", "review", "study"),
)


@pytest.fixture(scope="module")
def platform(folder):
    return live_in(folder)


@pytest.fixture(scope="module")
def server(platform, folder):
    with serving(folder, FERS_MODELS=str(folder / "models")) as server:
        yield server


@pytest.fixture(scope="module")
def page(browser, server):
    """A window in which somebody who may open every page is signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.address)
    sign_in(page, EVERYBODY)
    yield page
    context.close()


def test_no_page_is_left_out():
    pages = {path.stem for path in (REPOSITORY / "pages").glob("*.py")}
    assert pages == {*OF_EVERYBODY, *OF_STRANGERS}


@pytest.mark.parametrize("name", OF_EVERYBODY)
def test_a_page(page, server, platform, name):
    [face, *_] = platform.data_export.faces(platform.accounts.sign_in(EVERYBODY, PASSWORD).person)
    page.goto(f"{server.address}/{name}?id={face.id}")
    page.get_by_role("heading").first.wait_for()
    found = faults(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", OF_STRANGERS)
def test_a_page_before_signing_in(open_page, name):
    page = open_page(OF_STRANGERS[name])
    page.get_by_role("textbox").first.wait_for()
    found = faults(page)
    assert not found, "\n".join(found)


def test_the_way_of_a_photo(open_page):
    page, found = open_page(who=NEWCOMER), []
    page.get_by_role("heading", name="Your choices").wait_for()
    found += faults(page)
    for choice in ("Keep my photos", "I am 18"):
        page.locator("label", has_text=choice).click()
    page.get_by_role("button", name="I agree to take part").click()
    give_photo(page, "upload")
    page.frame_locator("iframe").locator("canvas.upper-canvas").wait_for()
    found += faults(page)
    answer(page)
    found += faults(page)
    assert not found, "\n".join(found)


def test_a_closer_look_at_what_models_say(page, server):
    page.goto(f"{server.address}/arena")
    page.get_by_role("button", name="Look closer").first.click()
    page.get_by_role("dialog").get_by_text("Bright parts speak for the guess.").wait_for()
    found = look(page, "[role=dialog]")
    assert not found, "\n".join(found)


def test_joining_without_an_email(open_page, platform):
    page = open_page()
    page.get_by_role("tab", name="I am new here").click()
    page.get_by_role("textbox", name="Study code").fill(platform.studies.current().join_code)
    page.get_by_role("button", name="Join with the study code").click()
    page.get_by_role("button", name="I have saved it").wait_for()
    found = faults(page)
    assert not found, "\n".join(found)
