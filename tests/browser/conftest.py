import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from fers import config
from fers.assembly import assemble
from fers.domain.people import Role
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, grant, participant, photo
from tests.serving import serving
from tests.waiting import wait_until

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
LAPTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Looked for on this machine, in this order; without any, Playwright's own is used."""
STILL = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (...how) {
  const animation = animate.apply(this, how);
  animation.finish();
  return animation;
};"""
"""Whatever opens slowly moves what is in it away from under a click, between the press and the release."""
PATIENCE_MS = 120_000
"""Tests wait for what a page shows, and no longer than it takes: on a machine full of other work that is a while."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a server keeps its data."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def platform(folder):
    """The services on the store of the server in `folder`, which holds a participant and a researcher."""
    platform = assemble(replace(config.load({}), data=folder / "data"))
    participant(platform)
    participant(platform, "researcher@example.org")
    grant(platform, "researcher@example.org", Role.RESEARCHER)
    return platform


@pytest.fixture(scope="module")
def server(folder):
    """One server with the bundled model, for all journeys."""
    with serving(folder) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A Chromium whose camera shows the astronaut. Closed with its module: while Playwright runs, nothing else in this
    thread can run an event loop."""
    with sync_playwright() as playwright:
        browser = chromium(playwright, tmp_path_factory.mktemp("camera"))
        yield browser
        browser.close()


def chromium(playwright: Playwright, folder: Path) -> Browser:
    """A browser without a window whose camera shows the astronaut, from a file in `folder`."""
    camera = folder / "astronaut.mjpeg"
    camera.write_bytes(photo())
    return playwright.chromium.launch(
        executable_path=next(filter(None, map(shutil.which, BROWSERS)), None),
        args=[*FLAGS, f"--use-file-for-fake-video-capture={camera}"],
    )


@pytest.fixture
def open_page(browser: Browser, server):
    """Open the app in a window of its own, in which `who` is signed in already; the other keyword arguments are the
    window's. Whatever a page does, it may do by what browsers are told to keep from it."""
    contexts, kept = [], []

    def open_page(path="/", who=None, **window):
        context = browser.new_context(reduced_motion="reduce", **window)
        if who:
            platform = assemble(replace(config.load({}), data=server.data))
            token = platform.accounts.sign_in(who, PASSWORD).token
            context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
        context.add_init_script(STILL)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda line: kept.append(line.text) if "Security Policy" in line.text else None)
        # What is still being loaded will move what is below it, away from under a click.
        page.add_locator_handler(page.get_by_test_id("stSkeleton").first, lambda: None)
        page.goto(path if path.startswith("http") else server.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert kept == []


def sign_in(page: Page, email: str) -> None:
    """With the account that `participant` made, until the browser can say who that is: what is opened before asks for
    signing in again."""
    page.get_by_label("E-mail").first.fill(email)
    page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    until(page, lambda: session_cookie(page))


def until(page: Page, it_is_so: str | Callable[[], object]) -> None:
    """Wait for what a page's script says, or for anything else, and serve the page meanwhile: what passes through this
    process, such as a socket that a test listens in on, would stand still while it slept. Playwright's own waiting
    evaluates words in the page, which FERS's pages do not let anybody do."""
    look = it_is_so if callable(it_is_so) else lambda: page.evaluate(it_is_so)
    wait_until(look, PATIENCE_MS / 1000, pause=lambda seconds: page.wait_for_timeout(seconds * 1000))


def session_cookie(page: Page) -> dict | None:
    """The sign-in cookie, which the page fetches for itself right after signing in."""
    return next((cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE), None)


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list by typing, as a list that opens moves away from under a pointer. A list that is typed into
    before it has the focus does not open."""
    box = page.get_by_role("combobox", name=label)
    box.focus()
    box.fill("")
    box.fill(option)
    expect(page.get_by_role("option", name=option).first).to_be_visible()
    box.press("Enter")
