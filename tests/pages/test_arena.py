"""The page of comparisons: what is measured on, the leaderboard, two models side by side."""

from dataclasses import replace

import pytest
from driving import PASSWORD, signed_in_as_researcher, told

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.domain.yardsticks import EVERY_FACE, Word, Yardstick
from fers.errors import ModelRejected
from fers.platform import assemble
from fers.services.arena import job_of
from tests.people import EVERYTHING, Always, OneFace, Several, give_face, participant, pattern


@pytest.fixture
def platform(settings, clock, monkeypatch):
    from fers.ui import services

    platform = assemble(
        settings, models=Several(Always(Emotion.HAPPY), Always(Emotion.SAD)), detector=OneFace(), now=clock
    )
    monkeypatch.setattr(services, "assemble", lambda settings: platform)
    services.platform.cache_clear()
    yield platform
    services.platform.cache_clear()


@pytest.fixture
def version(platform) -> Yardstick:
    """Two happy faces that two annotators agree about, frozen; both models ran over every face and over the version."""
    ada = participant(platform)
    for number in range(2):
        face = give_face(platform, ada, picture=pattern(number))
        for annotator in ("a", "b"):
            actor = replace(OPERATOR, id=annotator * 32)
            platform.review.label(actor, face.study_id, face.id, Verdict.EMOTION, distribution=only(Emotion.HAPPY))
    version = Yardstick(Word.VERSION, platform.snapshots.freeze(OPERATOR, face.study_id, "v1").id)
    for on in (EVERY_FACE, version):
        for model in ("happy", "sad"):
            platform.arena.evaluate(OPERATOR, model, on)
    return version


@pytest.fixture
def page(app, platform):
    return signed_in_as_researcher(app, platform)


def test_the_leaderboard_of_a_version_has_models_and_people(page, version):
    page.switch_page("pages/arena.py").run()
    page.selectbox[0].select("Version v1").run()
    assert not page.exception and not page.error
    table = page.dataframe[0].value.set_index("Model")
    assert list(table.index) == ["happy", "sad", "People"]
    assert table.loc["happy", "Top-1"].startswith("1.000") and table.loc["happy", "Against the leader"] == "leads"
    assert table.loc["sad", "Against the leader"].startswith("a tie"), "two faces can't tell"
    assert table.loc["People", "Top-1"].startswith("1.000")
    assert table.loc["People", "ECE"] == "–"
    assert "Only one is right: 2" in told(page)
    assert "A tie" in told(page)


def test_a_face_that_its_person_lets_nobody_look_at_is_compared_and_not_shown(page, version, platform):
    give_face(platform, participant(platform, "eve@example.org", EVERYTHING - {Purpose.REVIEW}))
    for model in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, model)
    page.switch_page("pages/arena.py").run()
    assert "Only one is right: 3" in told(page)
    assert len(page.image) == 2
    assert "lets nobody look at this photo" in told(page)


def test_it_says_when_faces_left_a_version_since(page, version, platform):
    ada = platform.accounts.sign_in("ada@example.org", PASSWORD).person
    platform.withdrawal.withdraw_face(ada, platform.own_data.faces(ada)[0].id)
    page.switch_page("pages/arena.py").run()
    page.selectbox[0].select("Version v1").run()
    assert "Of 2 faces frozen, 2 were left when this was measured and 1 are left now." in told(page)
    assert not page.exception and not page.error


def test_a_run_that_was_given_up_says_why(page, version, platform):
    happy, sad = (job_of(model) for model in ("happy", "sad"))
    with pytest.raises(ModelRejected), platform.jobs.doing(OPERATOR, happy):
        raise ModelRejected("Its weights are gone.", "Register it again.")
    with pytest.raises(OSError), platform.jobs.doing(OPERATOR, sad):
        raise OSError("/home/ada/secret.jpg")
    page.switch_page("pages/arena.py").run()
    [first, second] = [warning.value for warning in page.warning]
    assert "The run of happy ended early. Its weights are gone. Register it again." in first
    assert "The run of sad ended early. Something unexpected happened (OSError)." in second
    assert not page.exception
