"""An owner invites a researcher by link, who then explores the study's faces."""

import re
import zipfile
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fers import config
from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR, Role
from tests.browser.conftest import DESKTOP, LAPTOP, PATIENCE_MS, PHONE, choose, sign_in
from tests.people import PASSWORD, OneFace, OneModel, give_face, grant, participant, pattern
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose store holds an owner, some faces and a second study."""
    folder = tmp_path_factory.mktemp("server")
    settings = replace(config.load({}), data=folder / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    ada = participant(platform)
    for label in (Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL):
        give_face(platform, ada, Answer(label, before_prediction=True))
    participant(platform, "owner@example.org")
    grant(platform, "owner@example.org", Role.ADMINISTRATOR)
    platform.studies.create(OPERATOR, "Another study")
    with serving(folder) as server:
        yield server


def test_an_invited_researcher_sees_the_studys_faces(open_page):
    owner = open_page(who="owner@example.org", **DESKTOP)
    owner.get_by_role("link", name="Study").click()
    owner.get_by_role("tab", name="People").click()
    owner.get_by_role("radio", name="Researcher").click()
    owner.get_by_role("button", name="Create an invitation").click()
    # Below the link: until then, the last one on the page is the participants'.
    expect(owner.get_by_text("Researcher for 1 person")).to_be_visible()
    link = owner.get_by_test_id("stCode").last.inner_text().strip()

    newcomer = open_page(link, **PHONE)
    expect(newcomer.get_by_role("heading", name="You are invited to")).to_be_visible()
    newcomer.get_by_role("tab", name="I am new here").click()
    newcomer.get_by_label("E-mail").last.fill("researcher@example.org")
    newcomer.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Create an account").click()
    expect(newcomer.get_by_text("your account is ready")).to_be_visible()
    sign_in(newcomer, "researcher@example.org")
    newcomer.get_by_role("button", name="Join", exact=True).click()
    expect(newcomer.get_by_text("67%")).to_be_visible()
    expect(newcomer.get_by_alt_text("A face, class: Sad")).to_be_visible()
    assert "Traceback" not in newcomer.content()

    owner.get_by_role("tab", name="Audit log").click()
    expect(owner.get_by_test_id("stDataFrame")).to_be_visible()


PRESS_AT_ONCE = """(name) => {
    const pressed = new MutationObserver(() => {
        const link = [...document.querySelectorAll("a")].find((link) => link.innerText.trim().endsWith(name));
        if (link) { pressed.disconnect(); link.click(); }
    });
    pressed.observe(document, { childList: true, subtree: true, characterData: true });
}"""


def test_what_is_pressed_in_the_menu_as_soon_as_it_is_there_is_not_lost(open_page):
    page = open_page(**DESKTOP)
    page.evaluate(PRESS_AT_ONCE, "Datasets")
    sign_in(page, "owner@example.org")
    expect(page.get_by_role("heading", name="Dataset versions")).to_be_visible()
    expect(page).to_have_url(re.compile("/datasets$"))


WIDE = ("agreement", "datasets", "models", "arena", "field", "study")


def test_pages_of_tables_and_galleries_take_the_width_there_is(open_page):
    page = open_page(who="owner@example.org", **LAPTOP)
    page.get_by_role("link", name="Explore").click()
    wide, content = page.locator("[data-layout=wide]"), page.locator(".stMainBlockContainer")
    expect(wide).to_be_visible()
    address = page.url.rpartition("/")[0]
    for name in WIDE:
        page.goto(f"{address}/{name}")
        expect(wide).to_be_visible()
        assert content.bounding_box()["width"] > 1300, name
    page.get_by_role("link", name="My data").click()
    expect(wide).not_to_be_visible()
    assert content.bounding_box()["width"] <= 800


def test_after_a_change_is_saved_the_owner_looks_at_the_other_tabs(open_page):
    owner = open_page(who="owner@example.org", **DESKTOP)
    owner.get_by_role("link", name="Study").click()
    owner.get_by_label("Annotators per face").fill("4")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    owner.get_by_role("tab", name="People").click()
    expect(owner.get_by_role("heading", name="Team")).to_be_visible()
    owner.get_by_role("tab", name="About").click()
    annotators = owner.get_by_label("Annotators per face")
    expect(annotators.filter(visible=True)).to_have_value("4")
    expect(annotators).to_have_count(1)  # What a run replaces stays until its end, hidden.
    expect(owner.get_by_text("Something went wrong")).to_have_count(0)


def test_a_second_click_on_the_same_spot_withdraws_no_other_photo(open_page):
    ada = open_page(who="ada@example.org", **DESKTOP)
    ada.get_by_role("link", name="My data").click()
    ada.get_by_role("button", name="Withdraw", exact=True).first.click()
    place = ada.get_by_role("button", name="Withdraw it").bounding_box()
    spot = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    ada.mouse.click(*spot)
    expect(ada.get_by_text("You have given 2 photos.")).to_be_visible()
    expect(ada.get_by_role("button", name="Withdraw it")).to_have_count(0)
    ada.mouse.click(*spot)
    ada.reload()
    expect(ada.get_by_text("You have given 2 photos.")).to_be_visible()


def test_what_explore_shows_outlives_looking_at_a_face_and_can_be_sent(open_page):
    page = open_page("/explore?class=Sad&class=Bored", **LAPTOP)
    sign_in(page, "owner@example.org")
    sad, happy = page.get_by_alt_text("A face, class: Sad"), page.get_by_alt_text("A face, class: Happy")
    expect(sad).to_be_visible()
    expect(happy).to_have_count(0)
    page.get_by_role("button", name="Happy").click()
    expect(happy).to_be_visible()
    expect(page).to_have_url(re.compile(r"explore\?class=Sad&class=Happy$"))
    sad.click(force=True)  # The link lies over the picture.
    expect(page.get_by_role("heading", name="What models say")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/face\?id=[0-9a-f]{32}$"))
    address = page.url
    page.go_back()
    expect(sad).to_be_visible()
    expect(page.get_by_alt_text("A face, class:")).to_have_count(2)
    page.get_by_role("link", name="Datasets").click()
    expect(page.get_by_role("heading", name="Dataset versions")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_alt_text("A face, class:")).to_have_count(2)

    colleague = open_page(address, who="owner@example.org", **PHONE)
    expect(colleague.get_by_role("heading", name="What models say")).to_be_visible()
    assert "Traceback" not in colleague.content()


def test_a_set_is_handed_in_asked_about_and_imported_in_the_background(open_page, tmp_path):
    set_of_theirs = tmp_path / "Their set.zip"
    with zipfile.ZipFile(set_of_theirs, "w") as archive:
        for number in range(4):
            archive.writestr(f"set/{number}.jpg", pattern(number))
        archive.writestr("set/t.csv", "path;mood\n0.jpg;Joy\n1.jpg;sad\n2.jpg;sad\n3.jpg;sad\ngone.jpg;sad\n")
    owner = open_page("/study", who="owner@example.org", **LAPTOP)
    owner.get_by_role("tab", name="Import").click()
    box = owner.get_by_test_id("stFileUploader").filter(has_text="A zip of the dataset")
    box.locator("input[type=file]").set_input_files(set_of_theirs)
    owner.get_by_role("button", name="Preview it").click()
    choose(owner, "Which column holds the expression?", "mood")
    owner.get_by_role("button", name="Preview again").click()
    expect(owner.get_by_text("3 faces", exact=True)).to_be_visible()
    choose(owner, "“joy” means", "happy")
    owner.get_by_role("button", name="Preview again").click()
    expect(owner.get_by_text(": 3 sad, 1 happy")).to_be_visible()
    owner.get_by_label("Licence").fill("CC BY 4.0")
    owner.get_by_label("Why the people in it may be shown").fill("Everybody signed.")
    owner.get_by_role("button", name="Import 4 faces").click()
    expect(owner.get_by_text("4 faces added; 0 already there; 4 labels added.")).to_be_visible()
    owner.get_by_text("1 left out").click()
    expect(owner.get_by_text("t.csv, row 6: There is no file “set/gone.jpg”")).to_be_visible()
    owner.get_by_role("button", name="Close").click()
    expect(owner.get_by_text("4 faces added")).to_have_count(0)
