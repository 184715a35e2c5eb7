"""Models in the field, as a researcher sees them: a blind trial, a model in the background, and drift."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fers import config
from fers.assembly import assemble
from fers.domain.clock import utc_now
from fers.domain.emotions import Emotion
from fers.domain.exploring import week_of
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR
from fers.inference.model_folder import read_model_folder
from tests import REPOSITORY
from tests.browser.accessibility import recover
from tests.browser.conftest import DESKTOP, PATIENCE_MS, choose, until
from tests.browser.test_participant import answer, give_photo
from tests.people import PASSWORD, OneFace, OneModel, SettableClock, give_face, participant, pattern
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
MODELS = ("mobilenet-ferplus", "vgg13-ferplus")
SHADOW = "mobilenet-ferplus"
HAPPY_WEEK, SAD_WEEK = (week_of(utc_now() - timedelta(weeks=ago)) for ago in (3, 2))
"""Within the time that a study keeps photos for."""
HAPPY_FACES, SAD_FACES = 12, 36


@pytest.fixture(scope="module")
def platform(platform, folder):
    """With two weeks of faces."""
    fill_weeks(folder)
    return platform


def fill_weeks(folder) -> None:
    """A week of happy faces, frozen as "happy", and one of sad ones, frozen with the others as "both"."""
    clock = SettableClock()
    settings = replace(config.load({}), data=folder / "data")
    then = assemble(settings, models=OneModel(), detector=OneFace(), now=clock)
    bob, study = participant(then, "bob@example.org"), then.studies.current()
    for week, emotion, faces, version in (
        (HAPPY_WEEK, Emotion.HAPPY, HAPPY_FACES, "happy"),
        (SAD_WEEK, Emotion.SAD, SAD_FACES, "both"),
    ):
        clock.moment = clock.moment.replace(year=week.year, month=week.month, day=week.day)
        for number in range(faces):
            give_face(then, bob, Answer(emotion, before_prediction=True), pattern(number))
        then.versions.freeze(OPERATOR, study.id, version)


@pytest.fixture(scope="module")
def server(platform, folder):
    with serving(folder) as server:
        yield server


def test_a_face_given_in_a_trial_is_compared(open_page, platform):
    page = open_page(who="researcher@example.org", **DESKTOP)
    page.get_by_role("link", name="In the field").click()
    for name in MODELS:
        choose(page, "Models to compare", name)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start the trial").click()
    expect(page.get_by_text("This trial has been running since")).to_be_visible()
    expect(page.get_by_text("No face has been compared yet")).to_be_visible()

    other = open_page(who="ada@example.org", **DESKTOP)
    give_photo(other, "upload")
    answer(other)
    expect(other.get_by_text("ferplus")).to_have_count(0)  # Whose guess it was is not said.

    [face] = platform.data_export.faces(platform.accounts.sign_in("ada@example.org", PASSWORD).person)
    assert {face.prediction.model_id, face.challenger.prediction.model_id} == set(MODELS)
    page.reload()
    expect(page.get_by_role("heading", name="Too early to tell")).to_be_visible()
    recover(page)  # What opens from a button does not go with it when the page grows above it.
    page.get_by_role("button", name="End the trial").click()
    page.get_by_test_id("stRadio").get_by_text(MODELS[0], exact=True).click()
    page.get_by_role("button", name="End it", exact=True).click()
    expect(page.get_by_role("button", name="Start the trial")).to_be_visible()
    live = f"{MODELS[0]} {read_model_folder(REPOSITORY / 'models' / MODELS[0]).info.version}"
    said = [entry.action for entry in platform.members.whole_log(OPERATOR, 2)]
    assert said == ["ended a trial", f"made live: {live}"]
    page.get_by_role("link", name="Models", exact=True).click()
    expect(page.get_by_text(f"The live model is {live}.")).to_be_visible()
    assert "Traceback" not in page.content()


def test_a_model_in_the_background_answers_for_a_face_that_is_given(open_page, platform):
    page = open_page(who="researcher@example.org", **DESKTOP)
    page.get_by_role("link", name="In the field").click()
    page.get_by_role("tab", name="In the background").click()
    expect(page.get_by_text("No model runs in the background yet.")).to_be_visible()
    choose(page, "Models in the background", SHADOW)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("0 new faces answered")).to_be_visible()

    other = open_page(who="ada@example.org", **DESKTOP)
    give_photo(other, "upload")
    answer(other)
    expect(other.get_by_text(SHADOW)).to_have_count(0)  # Participants see nothing of it.
    # By a process of its own, which is started within a quarter of a minute.
    until(page, lambda: platform.shadows.shadows(OPERATOR)[0].answered)

    page.reload()
    page.get_by_role("tab", name="In the background").click()
    expect(page.get_by_text("1 new face answered")).to_be_visible()
    expect(page.get_by_text("up to date")).to_be_visible()
    right = platform.shadows.shadows(OPERATOR)[0].top1[0]
    expect(page.get_by_test_id("stMetric").filter(has_text="Top-1")).to_contain_text(f"{right:.1%}")
    assert "Traceback" not in page.content()


def test_drift_is_shown_against_the_version_that_is_chosen(open_page):
    page = open_page(who="researcher@example.org", **DESKTOP)
    page.get_by_role("link", name="In the field").click()
    page.get_by_role("tab", name="Drift").click()
    # Sad faces are new against the happy ones; against both, neither week has the version's mix.
    for version, weeks in (("happy", "1 of"), ("both", "[23] of")):
        choose(page, "Dataset version", f"{version} (")
        expect(page.get_by_text(re.compile(rf"{weeks} \d weeks differ from the version"))).to_be_visible()
    for week in (HAPPY_WEEK, SAD_WEEK):
        bars = page.get_by_test_id("stVegaLiteChart").filter(has_text=week.isoformat())
        expect(bars).to_have_count(1)
    assert "Traceback" not in page.content()
