"""Faces are looked through as far as their people let others look."""

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter, Found
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.errors import NotFound
from tests.people import EVERYTHING, give_face, participant, pattern


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def face(platform, ada):
    return give_face(platform, ada)


def test_a_face_is_shown_small(platform, face):
    assert platform.explore.thumbnail(OPERATOR, face.id).shape == (112, 112, 3)


def test_a_face_that_its_person_lets_nobody_look_at_any_more_is_not_shown(platform, ada, face):
    words = platform.consents.text(ada).sha256
    platform.consents.give(ada, words, EVERYTHING - {Purpose.REVIEW}, adult=True)
    assert platform.explore.thumbnail(OPERATOR, face.id) is None


def test_a_face_past_its_retention_date_is_not_shown_though_it_was_not_purged_yet(platform, face, clock):
    clock.advance(days=platform.studies.current().retention_days)
    assert platform.explore.thumbnail(OPERATOR, face.id) is None


def test_a_withdrawn_face_is_not_there(platform, ada, face):
    platform.withdrawal.withdraw_face(ada, face.id)
    with pytest.raises(NotFound):
        platform.explore.thumbnail(OPERATOR, face.id)


@pytest.fixture
def says(platform, clock):
    """Lets an annotator, known by a number, say what they see."""

    def says(number: int, face, emotion: Emotion | None) -> None:
        annotator = Person(f"{number:032x}", Role.ANNOTATOR, clock(), asked_first=False)
        verdict = Verdict.UNKNOWN if emotion is None else Verdict.EMOTION
        distribution = () if emotion is None else only(emotion)
        platform.review.label(annotator, face.study_id, face.id, verdict, distribution=distribution)

    return says


def found(platform, label: Emotion | None) -> list[Found]:
    wanted = FaceFilter(labels=frozenset({label}))
    return platform.explore.newest(OPERATOR, platform.studies.current().id, wanted, 9)


def test_the_class_is_what_annotators_agree_on_where_they_looked_and_else_the_persons_word(platform, face, says):
    assert found(platform, Emotion.HAPPY) == [Found(face, Emotion.HAPPY, reviewed=False)]
    says(1, face, Emotion.SAD)
    assert (found(platform, Emotion.HAPPY), found(platform, Emotion.SAD)) == ([], [Found(face, Emotion.SAD, True)])
    says(2, face, Emotion.ANGER)
    assert found(platform, None) == [Found(face, None, reviewed=True)], "they tie"
    says(3, face, Emotion.ANGER)
    [count] = platform.explore.counts(OPERATOR, face.study_id, FaceFilter(disputed=True))
    assert (count.label, count.count) == (Emotion.ANGER, 1), "the model says happy"
    assert platform.explore.most_disputed(OPERATOR, face.study_id, Emotion.ANGER, 9) == found(platform, Emotion.ANGER)


def test_what_explore_finds_by_class_is_what_is_frozen_by_it(platform, ada, face, says):
    unlabelled = give_face(platform, ada, picture=pattern(1))
    for number, emotion in enumerate((Emotion.SAD, Emotion.SAD, None)):
        says(number, face, emotion)
    for label, expected in ((Emotion.SAD, face), (Emotion.HAPPY, unlabelled)):
        wanted = FaceFilter(labels=frozenset({label}))
        assert [one.face for one in found(platform, label)] == [expected]
        version = platform.versions.freeze(OPERATOR, face.study_id, label.label, wanted)
        [entry] = platform.versions.entries(OPERATOR, version.id)
        assert (entry.face_id, entry.label, entry.own_label) == (expected.id, label, Emotion.HAPPY)
