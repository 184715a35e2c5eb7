"""`fers demo`: a whole sample study, smaller here, in which every page has something to show."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from fers import adapters, config
from fers.assembly import assemble
from fers.cli.demo import demo
from fers.demo import place, study
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES
from fers.domain.people import OPERATOR, Role
from tests.demo.small import shrink
from tests.people import Always, OneModel, Several

MODELS = Several(OneModel(), Always(Emotion.SAD), Always(Emotion.ANGER))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The settings of a sample study of two weeks, and its password."""
    settings = replace(config.load({}), data=tmp_path_factory.mktemp("demo") / "demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapters, "registry", lambda settings: MODELS)
        shrink(patch, people_a_week=2)
        patch.setattr(study, "LETS_NOBODY_LOOK", 2)
        yield settings, place.open_or_make(settings)


@pytest.fixture
def platform(made):
    return assemble(made[0], models=MODELS)


def test_everybody_who_is_named_can_sign_in_and_does_what_they_are_named_for(made, platform):
    for role, address in place.ADDRESSES.items():
        assert platform.accounts.sign_in(address, made[1]).person.role is role
    assert set(place.ADDRESSES) == set(Role)


def test_every_page_has_something_to_show(made, platform):
    study_id = platform.studies.current().id
    standings = [platform.arena.standings(OPERATOR, faces) for faces in (OWN_LABELS, REVIEWED_FACES)]
    assert all(len(models) == 3 and all(one.faces for one in models) for models in standings)
    assert [version.dataset_version.name for version in platform.versions.of_study(OPERATOR, study_id)] == ["v2", "v1"]
    [trial] = platform.trials.trials(OPERATOR)
    assert trial.ended_at and platform.trials.result(OPERATOR, trial.id).faces
    report = platform.agreement.report(OPERATOR, study_id)
    assert report.on_gold_standard
    assert report.agreement.valence.is_defined and report.agreement.arousal.is_defined
    annotator = platform.accounts.sign_in(place.ADDRESSES[Role.ANNOTATOR], made[1]).person
    assert platform.review.next_faces(annotator, study_id, 1), "whoever looks around can label"
    assert platform.doctor.examine() == []


def test_it_is_made_once_and_says_what_it_is(made, monkeypatch):
    settings, password = made
    assert settings.is_demo
    monkeypatch.setattr(place, "make", lambda *_: pytest.fail("it is there"))
    assert place.open_or_make(settings) == password


def test_one_that_was_left_half_made_is_made_anew(tmp_path, monkeypatch):
    settings = replace(config.load({}), data=tmp_path / "demo")
    monkeypatch.setattr(place, "make", lambda *_: (settings.data / "fers.db").write_text("half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        place.open_or_make(settings)
    monkeypatch.setattr(place, "make", lambda *_: None)
    (settings.data / config.DEMO).write_text("")  # As it is for a moment while it is written.
    password = place.open_or_make(settings)
    assert [path.name for path in settings.data.iterdir()] == [config.DEMO]
    assert json.loads((settings.data / config.DEMO).read_text()) == {"password": password, "is_done": True}


def test_a_folder_with_anything_else_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(
        demo, ["--folder", str(tmp_path), "--make-only"], env={"FERS_DATA": "", "FERS_STORE": ""}
    )
    assert result.exit_code == 1 and "holds something else" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
