"""A researcher runs two models over the collected faces in the browser and sees which is better."""

import csv
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from fers import config
from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from tests import REPOSITORY
from tests.browser.conftest import DESKTOP, PATIENCE_MS, choose
from tests.browser.slow_model import register_slow_model
from tests.people import OneFace, OneModel, give_face, grant, participant, pattern
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


FACES = 80
LABELLED = (Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL)
"""What annotators saw in the first few, which are a version."""
MODELS = ("mobilenet-ferplus", "vgg13-ferplus")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with two bundled models and a slow one, whose store holds some faces and a researcher."""
    folder = tmp_path_factory.mktemp("server")
    for name in MODELS:
        shutil.copytree(REPOSITORY / "models" / name, folder / "models" / name)
    register_slow_model(folder / "models")
    settings = replace(config.load({}), data=folder / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    ada = participant(platform)
    for number in range(FACES):
        label = LABELLED[number % len(LABELLED)]
        face = give_face(platform, ada, Answer(label, before_prediction=True), pattern(number))
        if number < len(LABELLED):
            label_it(platform, face, label)
            if number + 1 == len(LABELLED):
                platform.versions.freeze(OPERATOR, face.study_id, "v1")
    participant(platform, "researcher@example.org")
    grant(platform, "researcher@example.org", Role.RESEARCHER)
    with serving(folder, FERS_MODELS=str(folder / "models")) as server:
        yield server


def test_two_models_run_and_stand_side_by_side_and_one_runs_over_a_version(open_page):
    page = as_researcher(open_page, "Compare")
    expect(page.get_by_text("No model has been run on these faces yet.")).to_be_visible()
    for name in MODELS:
        page.locator(f".st-key-run-{name} button").click()
        expect(progress(page, name).filter(has_text=f"{FACES} of {FACES} faces")).to_have_count(1)
        expect(page.locator(f".st-key-stop-{name}")).to_have_count(0)
    expect(page.get_by_text(f"{FACES} faces that all of these models answered for, of 1 person")).to_be_visible()
    expect(page.get_by_role("heading", name="Both are wrong")).to_be_visible()
    # Time, benchmarks, three of confusions, slices by source, resolution, brightness and sharpness, two of reliability.
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(1 + 1 + 3 + 4 + 2)
    # Beside their gray axes their marks are drawn; the difference of models that agree has no colour.
    assert sum(map(is_coloured, charts.all())) >= 1 + 1 + 2 + 4 + 2
    expect(page.get_by_text("No slice tells the two apart on these faces.")).to_be_visible()
    look_closer(page)
    page.reload()
    choose(page, "Evaluation set", "Version v1")
    expect(page.get_by_text("No model has been run on these faces yet.")).to_be_visible()
    page.locator(".st-key-run-vgg13-ferplus button").click()
    expect(page.get_by_text("Run a second model to compare two of them.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the leaderboard").click()
    model, people = csv.DictReader(Path(download.value.path()).read_text().splitlines())
    assert (model["model"], model["n"]) == ("vgg13-ferplus", "4")
    assert len(model["measured_on"]) == 64
    assert (people["model"], people["top1"], people["ece"]) == ("people", "1.0", "")
    assert "Traceback" not in page.content()


def test_a_file_that_is_no_model_is_refused_in_words(open_page):
    page = as_researcher(open_page, "Models")
    page.get_by_text("Register a model").click()
    broken = {"name": "broken.tflite", "mimeType": "application/octet-stream", "buffer": b"not a network"}
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_label("Licence of the weights").fill("MIT")
    page.get_by_label("What it was trained on").fill("Nothing.")
    page.get_by_role("button", name="Register", exact=True).press("Enter")  # Wherever it has moved to.
    expect(page.get_by_text("broken.tflite can't be")).to_be_visible()
    assert "Traceback" not in page.content()


def test_a_run_that_is_stopped_in_the_middle_goes_on_where_it_was(open_page):
    page = as_researcher(open_page, "Compare")
    run = page.locator(".st-key-run-slow button")
    run.click()
    expect(progress(page, "slow")).to_have_text(re.compile(rf"[1-9]\d* of {FACES} faces"))
    page.locator(".st-key-stop-slow button").click()
    expect(run).to_have_text("Run")
    expect(progress(page, "slow")).to_have_text(re.compile(rf"[1-9]\d* of {FACES} faces"))
    expect(page.locator(".st-key-stop-slow")).to_have_count(0)  # Its going moves the button beside it.
    run.click()
    expect(page.locator(".st-key-stop-slow button")).to_be_visible()
    page.get_by_text(re.compile("models have been run")).click()  # What is done is folded away.
    expect(run).to_have_text("Run again")
    expect(progress(page, "slow")).to_contain_text(f"{FACES} of {FACES} faces")
    assert "Traceback" not in page.content()


def label_it(platform, face, emotion) -> None:
    """Three annotators see the same in it."""
    for number in range(3):
        annotator = replace(OPERATOR, id=f"{number:02x}" * 16)
        platform.review.label(annotator, face.study_id, face.id, Verdict.EMOTION, distribution=only(emotion))


def progress(page, name: str):
    return page.locator(".stProgress", has_text=name)


def is_coloured(chart) -> bool:
    chart.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(chart.screenshot())).convert("RGB")).astype(int)
    return bool((pixels.max(axis=2) - pixels.min(axis=2) > 60).any())


def look_closer(page) -> None:
    """Both models' top three are shown on the first face."""
    page.get_by_role("button", name="Look closer").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Bright parts speak for the guess.")).to_be_visible()
    for letter in "AB":
        expect(dialog.get_by_text(re.compile(f"^{letter}: ({'|'.join(MODELS)})$"))).to_be_visible()
    expect(dialog.locator("img")).to_have_count(1 + 6)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def as_researcher(open_page, to: str) -> Page:
    page = open_page(who="researcher@example.org", **DESKTOP)
    page.get_by_role("link", name=to, exact=True).click()
    return page
