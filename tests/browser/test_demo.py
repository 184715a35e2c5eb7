"""In the sample study no page of the people it names is empty or in trouble, and each says what it is."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.demo import place
from fers.domain.people import Role
from tests.browser.accessibility import look, recover
from tests.browser.conftest import LAPTOP, PATIENCE_MS, session_cookie, until
from tests.demo.small import shrink
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

OF_EVERYBODY = ["Taking part", "My data", "Sign out"]
OF_RESEARCHERS = ["Explore", "Review", "Agreement", "Datasets", "Models", "Compare", "In the field"]
MENUS = {
    Role.ANNOTATOR: ["Review"],
    Role.RESEARCHER: OF_RESEARCHERS,
    Role.ADMINISTRATOR: ["Study", *OF_RESEARCHERS],
}
"""What each finds in the menu beside what everybody does."""
TO_LOOK_THROUGH = {"Explore", "Agreement"}
"""Pages whose tabs are all turned to."""


@pytest.fixture(scope="module")
def password(folder):
    settings = replace(config.load({}), data=folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch, people_a_week=5)  # Each who labels holds twelve faces.
        return place.open_or_make(settings)


@pytest.fixture(scope="module")
def server(folder, password):
    with serving(folder, ("python", "-m", "fers", "demo", "--folder", "data")) as server:
        yield server


@pytest.fixture
def enter(open_page, server, password):
    """Signs somebody whom the sample study names in. Returns the page, and what goes wrong on it from then on."""

    def enter(role: Role) -> tuple[Page, list[str]]:
        page, troubles = open_page(**LAPTOP), []
        sign_in(page, role, password)
        until(page, lambda: session_cookie(page))
        page.goto("about:blank")  # What Streamlit asked for without the cookie was refused, and it says so.
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        page.goto(server.address)
        return page, troubles

    return enter


def sign_in(page: Page, role: Role, password: str) -> None:
    page.get_by_label("E-mail").first.fill(place.ADDRESSES[role])
    page.get_by_label("Password", exact=True).first.fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()


@pytest.mark.parametrize("role", MENUS)
def test_every_page_in_the_menu_has_something_to_show(enter, role):
    page, troubles = enter(role)
    links = page.get_by_test_id("stTopNavLink")
    expect(links).to_have_text([re.compile(f"{name}$") for name in (*MENUS[role], *OF_EVERYBODY)])
    for name in MENUS[role]:
        links.filter(has_text=name).click()
        expect(links.filter(has_text=name)).to_have_attribute("aria-current", "page")
        shows_something(page, name)
        for tab in page.get_by_role("tab", selected=False).all() if name in TO_LOOK_THROUGH else ():
            tab.click()
            shows_something(page, f"{name}, {tab.inner_text()}")
    for name in OF_EVERYBODY[:-1]:
        links.filter(has_text=name).click()
        recover(page)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert troubles == []


def test_pictures_wait_for_no_cookie(open_page, password):
    page = open_page(**LAPTOP)
    page.route("**/session", lambda route: route.abort())
    sign_in(page, Role.ADMINISTRATOR, password)
    code = page.get_by_alt_text("The link as a QR code")
    assert code.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0


def shows_something(page: Page, name: str) -> None:
    recover(page)
    expect(page.get_by_text("Demo: every face is drawn, and nobody here exists.")).to_be_visible()
    alerts = page.get_by_test_id("stAlert").filter(visible=True).all_inner_texts()
    assert alerts == [], name
    if name == "Review":
        expect(page.get_by_role("img", name="The face to label")).to_be_visible()


@pytest.mark.parametrize("name", ["Explore", "Compare"])
def test_everybody_can_use_it(enter, name):
    page, _ = enter(Role.RESEARCHER)
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    found = look(page, windows=("desktop",))
    assert not found, "\n".join(found)
