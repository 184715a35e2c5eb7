"""What people see of a server that is killed while they submit a photo, and of the one that is started after it."""

import re
import signal
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.adapters import open_stores
from fers.assembly import assemble
from tests.browser.conftest import DESKTOP, PATIENCE_MS, sign_in, until
from tests.browser.test_participant import give_photo
from tests.people import participant
from tests.serving import free_port, serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
LOST = "The connection was lost."
SUBMIT = re.compile("Yes, that's|Save and see")


@pytest.fixture
def page(browser):
    with browser.new_context(**DESKTOP) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page


@pytest.fixture(scope="module")
def data(folder):
    settings = replace(config.load({}), data=folder / "data")
    participant(assemble(settings))
    return settings


def faces(settings) -> int:
    return sum(1 for _ in open_stores(settings).records.faces())


def begin(page: Page) -> None:
    """Up to the button that submits."""
    give_photo(page, "upload")
    guess, blind = page.locator(".fers-guess.top"), page.get_by_text("Which expression is it?")
    expect(guess.or_(blind).first).to_be_visible()
    page.get_by_text("I posed it").click()
    if blind.count():
        page.get_by_text("Happy", exact=True).first.click()
    expect(page.get_by_role("button", name=SUBMIT)).to_be_enabled()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_the_page_says_that_the_connection_is_lost_and_then_what_became_of_the_photo(page, folder, data):
    port, deaf = free_port(), []

    def between(route) -> None:
        """Nothing that the server says reaches the page while that is `deaf`."""
        server = route.connect_to_server()
        server.on_message(lambda message: None if deaf else route.send(message))

    page.route_web_socket(re.compile("/_stcore/stream"), between)
    with serving(folder, port=port) as server:
        page.goto(server.address)
        sign_in(page, "ada@example.org")
        expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
        begin(page)
        server.send(signal.SIGKILL)
        expect(page.get_by_role("alert").filter(has_text=LOST)).to_contain_text("whether your photo was kept")
        expect(page.get_by_text("Streamlit server is not responding")).to_have_count(1)
        expect(page.get_by_role("dialog")).to_have_count(0)
    with serving(folder, port=port) as server:
        expect(page.get_by_text("The photo you were working on was not kept.")).to_be_visible()
        expect(page.get_by_text(LOST)).to_have_count(0)
        assert faces(data) == 0
        begin(page)
        expect(page.get_by_text("was not kept")).to_have_count(0)
        deaf.append(True)
        page.get_by_role("button", name=SUBMIT).click()
        until(page, lambda: faces(data) == 1)
        server.send(signal.SIGKILL)
        expect(page.get_by_text(LOST)).to_be_visible()
        deaf.clear()
    with serving(folder, port=port):
        expect(page.get_by_text("The photo you were working on was kept.")).to_be_visible()
        expect(page.get_by_text(LOST)).to_have_count(0)
        page.reload()
        expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
        expect(page.get_by_text("The photo you were working on")).to_have_count(0)
    assert faces(data) == 1
