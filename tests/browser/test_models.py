"""A researcher runs two models over the collected faces in the browser and sees which is better."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fers import config
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.platform import assemble
from tests.browser.conftest import DESKTOP, PATIENCE_MS
from tests.people import PASSWORD, OneFace, OneModel, give_face, participant, pattern
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose store holds some faces and a researcher."""
    folder = tmp_path_factory.mktemp("server")
    settings = replace(config.load({}), data=folder / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    ada = participant(platform)
    for number, label in enumerate((Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL)):
        face = give_face(platform, ada, Answer(label, before_prediction=True), pattern(number))
        label_it(platform, face, label)
    platform.snapshots.freeze(OPERATOR, face.study_id, "v1")
    participant(platform, "researcher@example.org")
    platform.accounts.grant(OPERATOR, "researcher@example.org", Role.RESEARCHER)
    with serving(folder) as server:
        yield server


def test_two_models_run_and_stand_side_by_side_and_one_runs_over_a_version(open_page):
    page = open_page(**DESKTOP)
    sign_in(page, "Compare")
    expect(page.get_by_text("No faces were seen by these models yet.")).to_be_visible()
    for name in ("alexnet-ferplus", "fersnet-ferplus"):
        page.locator(f".st-key-run-{name} button").click()
        expect(page.locator(".stProgress", has_text=name).filter(has_text="4 of 4 faces")).to_be_visible()
        expect(page.locator(f".st-key-stop-{name}")).to_have_count(0)
    expect(page.get_by_text("4 faces that all of these models saw")).to_be_visible()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.get_by_role("heading", name="Both are wrong")).to_be_visible()
    choose_version(page)
    expect(page.get_by_text("No faces were seen by these models yet.")).to_be_visible()
    page.locator(".st-key-run-fersnet-ferplus button").click()
    expect(page.get_by_text("Run a second model to compare the two.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the leaderboard").click()
    model, people = csv.DictReader(Path(download.value.path()).read_text().splitlines())
    assert (model["model"], model["n"]) == ("fersnet-ferplus", "4")
    assert len(model["measured_on"]) == 64
    assert (people["model"], people["top1"], people["ece"]) == ("people", "1.0", "")
    assert "Traceback" not in page.content()


def test_a_file_that_is_no_model_is_refused_in_words(open_page):
    page = open_page(**DESKTOP)
    sign_in(page, "Models")
    page.get_by_text("Register a model").click()
    broken = {"name": "broken.tflite", "mimeType": "application/octet-stream", "buffer": b"not a network"}
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_label("Licence of the weights").fill("MIT")
    page.get_by_label("What it was trained on").fill("Nothing.")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("broken.tflite can't be")).to_be_visible()
    assert "Traceback" not in page.content()


def label_it(platform, face, emotion) -> None:
    """Two annotators see the same in it."""
    for number in range(2):
        annotator = replace(OPERATOR, id=f"{number:02x}" * 16)
        platform.review.label(annotator, face.study_id, face.id, Verdict.EMOTION, distribution=only(emotion))


def choose_version(page) -> None:
    page.get_by_label("Measured on").click()
    page.get_by_role("option", name="Version v1", exact=True).click()


def sign_in(page, to: str) -> None:
    page.get_by_label("E-mail").first.fill("researcher@example.org")
    page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name=to, exact=True).click()
