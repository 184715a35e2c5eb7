"""New faces against a dataset version, week by week."""

from datetime import date, timedelta

import pytest

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Opinion
from fers.domain.people import OPERATOR
from fers.errors import NotFound
from tests.people import give_face, participant, pattern

MONDAY = date(2025, 12, 29)


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def given(platform, clock):
    """Ten happy faces, a version of them, and a week later twenty sad ones."""
    ada = participant(platform)
    for number in range(10):
        give_face(platform, ada, Answer(Emotion.HAPPY, before_prediction=True), pattern(number))
    version = platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")
    clock.advance(weeks=1)
    faces = [give_face(platform, ada, Answer(Emotion.SAD, before_prediction=True)) for _ in range(20)]
    give_face(platform, ada, Answer(None, before_prediction=True))
    return version, ada, faces


def test_another_mix_is_seen_in_its_week(platform, study, given):
    drift = platform.drift.report(OPERATOR, given[0].id, study.id)
    assert drift.weeks == [MONDAY, MONDAY + timedelta(weeks=1)]
    assert drift.mix[:, [Emotion.HAPPY, Emotion.SAD]].tolist() == [[10, 0], [0, 20]]
    assert drift.stability.drifted.tolist() == [False, True]
    assert drift.version.labels[Emotion.HAPPY] == 10


def test_confidence_and_agreement_come_with_what_they_rest_on(platform, study, given):
    before, after = platform.drift.report(OPERATOR, given[0].id, study.id).guesses
    assert (before.model, before.faces, before.labelled) == ("always-happy 1.0.0", 10, 10)
    assert before.confidence == pytest.approx((0.9, 0.9, 0.9))
    assert (before.agreed[0], after.agreed[0]) == (1, 0)
    assert (after.faces, after.labelled, after.unsure[0]) == (21, 20, 0)
    assert after.agreed[2] > 0


def test_all_studies_together(platform, study, given, clock):
    other = platform.studies.create(OPERATOR, "Another")
    everything = platform.drift.report(OPERATOR, given[0].id, None)
    assert everything.mix.tolist() == platform.drift.report(OPERATOR, given[0].id, study.id).mix.tolist()
    assert platform.drift.report(OPERATOR, given[0].id, other.id).weeks == []


def test_it_follows_withdrawals_in_weeks_and_in_the_version(platform, study, given):
    version, ada, faces = given
    platform.drift.report(OPERATOR, version.id, study.id)
    for face in [*faces[:5], *platform.data_export.faces(ada)[-5:]]:
        platform.withdrawal.withdraw_face(ada, face.id)
    drift = platform.drift.report(OPERATOR, version.id, study.id)
    assert drift.mix[1, Emotion.SAD] == 15
    assert drift.version.faces == 5


def test_annotators_agreement_by_the_week_the_face_was_given(platform, study, given):
    for face, share in zip(given[2], (1.0, 0.75, 0.5), strict=False):
        platform.explore._index.note_opinion(face.id, Opinion(face.answer.label, share))
    [reviewed] = platform.drift.report(OPERATOR, given[0].id, study.id).reviewed
    assert (reviewed.week, reviewed.faces, reviewed.united[0]) == (MONDAY + timedelta(weeks=1), 3, pytest.approx(2 / 3))


def test_an_unknown_version_is_said(platform, study):
    with pytest.raises(NotFound):
        platform.drift.report(OPERATOR, "none", study.id)
