"""A participant is led through a study's tasks on a phone, while its owner watches the counts."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from fers import config
from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Quota, Task
from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE
from tests.people import OneFace, OneModel, grant, participant, photo
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
TASKS = (Task(Emotion.FEAR, "You hear steps above.", Display.POSED), Task(Emotion.SURPRISE))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    platform = assemble(replace(config.load({}), data=folder / "data"), models=OneModel(), detector=OneFace())
    protocol = Protocol(TASKS, quotas=(Quota(Emotion.FEAR, 4),))
    platform.studies.update(OPERATOR, replace(platform.studies.current(), protocol=protocol, ask_first_share=1))
    participant(platform)
    participant(platform, "ben@example.org")
    participant(platform, "owner@example.org")
    grant(platform, "owner@example.org", Role.ADMINISTRATOR)
    with serving(folder) as server:
        yield server


def test_a_task_in_another_language_says_which_words_are_not_in_it(open_page, server):
    page = open_page(who="ben@example.org")
    expect(page.get_by_role("heading", name="Show fear")).to_be_visible()
    page.goto(f"{server.address}/give?lang=de")
    expect(page.locator("html[lang=de]")).to_be_attached()
    expect(page.locator("[lang=en]")).to_have_text("You hear steps above.")
    page.get_by_text("Foto hochladen").click()
    expect(page.get_by_role("button", name="Datei wählen")).to_be_visible()
    page.goto(f"{server.address}/give?lang=ar")
    expect(page.locator("html[dir=rtl]")).to_be_attached()
    choices = page.locator("[data-variant=segmented_control]")
    expect(choices).to_have_count(2)
    first, last = choices.all()
    assert first.bounding_box()["x"] > last.bounding_box()["x"], "they are read from the right"
    page.get_by_role("button", name="تخطّي هذه المهمة").click()
    expect(page.get_by_role("heading", name="أظهر الدهشة")).to_be_visible()
    expect(page.locator("[lang=en]")).to_have_count(0)


def test_a_participant_does_the_tasks_and_the_owner_sees_the_counts_move(open_page):
    owner = open_page(who="owner@example.org", **LAPTOP)
    owner.get_by_role("tab", name="Tasks").click()
    expect(owner.get_by_text("Fear: 0 of 4", exact=True)).to_be_visible()

    page = open_page(who="ada@example.org", **PHONE)
    expect(page.get_by_role("heading", name="Show fear")).to_be_visible()
    expect(page.get_by_text("You hear steps above.")).to_be_visible()
    expect(owner.get_by_text("Fear: 0 of 4, 1 in progress")).to_be_visible()
    page.get_by_text("Upload a photo").click()
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_role("radio", name="Fear").click()
    page.get_by_role("button", name="Save and see the guess").click()
    page.get_by_role("button", name="Next task").click()
    expect(page.get_by_role("heading", name="Show surprise")).to_be_visible()
    expect(owner.get_by_text("Fear: 1 of 4", exact=True)).to_be_visible()
    page.get_by_role("button", name="Skip this one").click()
    expect(page.get_by_role("heading", name="Thank you, that's everything!")).to_be_visible()
    expect(page.get_by_text("You gave 1 photo.")).to_be_visible()
    page.get_by_role("link", name="See what you gave").click()
    expect(page.get_by_text("You were asked to show fear.")).to_be_visible()
