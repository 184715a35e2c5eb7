"""People come by the link of a panel, in a true browser: one gives a photo and goes back with a code, one declines."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.assembly import assemble
from fers.domain.people import OPERATOR, Role
from fers.domain.recruiting import Status
from tests.browser.accessibility import faults, look
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, session_cookie, until
from tests.people import OneFace, OneModel, from_panel, give_face, grant, participant, photo, recruit
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
OWNER = "owner@example.org"


@pytest.fixture(scope="module")
def platform(folder):
    platform = assemble(replace(config.load({}), data=folder / "data"), models=OneModel(), detector=OneFace())
    recruit(platform, ask_first_share=1)
    return platform


@pytest.fixture(scope="module")
def server(folder, platform):
    with serving(folder) as server:
        yield server


def link(platform, panel_id: str) -> str:
    code = platform.studies.current().join_code
    return f"/join?study={code}&PROLIFIC_PID={panel_id}&STUDY_ID=1&SESSION_ID=2"


def listed(platform) -> dict[str, Status]:
    everybody = platform.participations.of_study(OPERATOR, platform.studies.current().id)
    return {one.panel_id: one.status for one in everybody}


def agree(page: Page) -> None:
    for choice in ("Keep my photos", "I am 18"):
        page.locator("label", has_text=choice).click()
        expect(page.get_by_role("checkbox", name=choice)).to_be_checked()
    page.get_by_role("button", name="I agree to take part").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()


def test_from_the_panels_link_to_its_code_and_no_second_time(open_page, platform):
    page = open_page(link(platform, "5f2a"), **PHONE)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("If a panel sent you here")).to_be_visible()
    assert "5f2a" not in page.url
    until(page, lambda: session_cookie(page))
    agree(page)
    page.get_by_text("Upload a photo").click()
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_text("I posed it").click()
    page.get_by_role("radio", name="Happy").click()
    page.get_by_role("button", name="Save and see").click()
    page.get_by_role("button", name="I'm done").click()
    expect(page.get_by_role("heading", name="Thank you, that's everything!")).to_be_focused()
    expect(page.get_by_text("DONE-1")).to_be_visible()
    back = page.get_by_role("link", name="Go back to panel.example")
    expect(back).to_have_attribute("href", "https://panel.example/done?id=5f2a")
    assert listed(platform)["5f2a"] is Status.COMPLETED
    assert not faults(page)

    page.goto(page.url.rpartition("/")[0] + link(platform, "5f2a"))
    expect(page.get_by_role("heading", name="You have already taken part")).to_be_visible()
    expect(page.get_by_text("DONE-1")).to_be_visible()
    elsewhere = open_page(link(platform, "5f2a"), **DESKTOP)
    expect(elsewhere.get_by_role("heading", name="This link was opened before")).to_be_visible()
    expect(elsewhere.get_by_text("DONE-1")).to_have_count(0)


def test_axe_finds_nothing_on_the_pages_of_people_from_a_panel_nor_on_their_owners(open_page, platform):
    ended = from_panel(platform, "ended")
    give_face(platform, ended)
    platform.participations.complete(ended)
    page, found = open_page(link(platform, "new")), []
    page.get_by_role("button", name="Continue").wait_for()
    found += faults(page)
    page.goto(page.url.replace("=new", "=ended"))
    page.get_by_role("heading", name="This link was opened before").wait_for()
    found += faults(page)
    participant(platform, OWNER)
    grant(platform, OWNER, Role.ADMINISTRATOR)
    owner = open_page(who=OWNER)
    owner.get_by_role("tab", name="Panels").click()
    owner.get_by_role("heading", name="Participants from the panel").wait_for()
    found += look(owner)
    assert not found, "\n".join(found)


def test_a_browser_that_lost_its_session_goes_on_where_it_was(open_page, platform):
    page = open_page(link(platform, "77aa"), **DESKTOP)
    page.get_by_role("button", name="Continue").click()
    until(page, lambda: session_cookie(page))
    agree(page)
    page.context.clear_cookies(name="fers_session")
    page.goto(page.url.rpartition("/")[0] + link(platform, "77aa"))
    expect(page.get_by_role("heading", name="Welcome back!")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
    assert listed(platform)["77aa"] is Status.CONSENTED


def test_whoever_declines_goes_with_thanks_and_nothing_is_left_of_them(open_page, platform):
    page = open_page(link(platform, "99bb"), **DESKTOP)
    page.get_by_role("button", name="Continue").click()
    until(page, lambda: session_cookie(page))
    page.get_by_role("button", name="I'd rather not take part").click()
    page.get_by_role("button", name="Don't take part").click()
    expect(page.get_by_role("heading", name="That's fine. Thank you!")).to_be_visible()
    expect(page.get_by_text("NO-2")).to_be_visible()
    until(page, lambda: not session_cookie(page))
    assert listed(platform)["99bb"] is Status.DECLINED
