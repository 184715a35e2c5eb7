"""What researchers learn about a study's labels, and the faces they declare known."""

from dataclasses import replace

import pytest

from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.errors import NotFound
from tests.people import give_face, participant

SAD, ANGRY, HAPPY = (only(emotion) for emotion in (Emotion.SAD, Emotion.ANGER, Emotion.HAPPY))


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def faces(platform):
    ada = participant(platform)
    return [give_face(platform, ada) for _ in range(4)]


@pytest.fixture
def annotators(platform, study, faces, clock):
    """Two who agree about the first two faces and not about the third; one of them flags the last."""
    ann, bea = (Person(f"{number:032x}", Role.ANNOTATOR, clock(), asked_first=False) for number in (1, 2))
    for person, said in ((ann, (SAD, HAPPY, SAD)), (bea, (SAD, HAPPY, ANGRY))):
        for face, distribution in zip(faces, said, strict=False):
            platform.review.label(person, study.id, face.id, Verdict.EMOTION, distribution=distribution)
    platform.review.label(bea, study.id, faces[3].id, Verdict.FLAGGED, reason="a drawing")
    return ann, bea


def test_the_report_tells_who_agrees_with_whom(platform, study, faces, annotators):
    ann, bea = annotators
    report = platform.agreement.report(OPERATOR, study.id)
    assert (report.labels, report.counts) == (7, {ann.id: 3, bea.id: 4})
    assert report.agreement.emotion.faces == 3
    assert report.agreement.by_annotator[ann.id].with_others.value == pytest.approx(2 / 3)
    assert [(flag.face_id, flag.reason) for flag in report.flags] == [(faces[3].id, "a drawing")]
    assert report.on_gold_standard == {}
    votes = [platform.agreement.votes(OPERATOR, study.id, face.id) for face in faces]
    assert votes == [{Emotion.SAD: 2}, {Emotion.HAPPY: 2}, {Emotion.SAD: 1, Emotion.ANGER: 1}, {Verdict.FLAGGED: 1}]


def test_known_faces_show_who_knows_them(platform, study, faces, annotators, clock):
    clock.advance(seconds=1)
    for face in (faces[0], faces[2]):
        platform.agreement.set_gold_standard(OPERATOR, study.id, face.id, Emotion.SAD)
    assert platform.agreement.report(OPERATOR, study.id).on_gold_standard == {}, "who made it known gains nothing by it"
    eve = Person("e" * 32, Role.ANNOTATOR, clock(), asked_first=False)
    for face, distribution in ((faces[0], SAD), (faces[2], ANGRY)):
        platform.review.label(eve, study.id, face.id, Verdict.EMOTION, distribution=distribution)
    accuracy = platform.agreement.report(OPERATOR, study.id).on_gold_standard
    assert {name: estimate.value for name, estimate in accuracy.items()} == {eve.id: 0.5}
    platform.agreement.set_gold_standard(OPERATOR, study.id, faces[2].id, None)
    assert platform.agreement.known(OPERATOR, study.id) == {faces[0].id: Emotion.SAD}
    assert "unmarked a known face" in [entry.action for entry in platform.members.log(OPERATOR, study.id, 9)]


def test_faces_that_all_agree_about_are_proposed_as_known(platform, study, faces, annotators):
    proposed = {faces[0].id: Emotion.SAD, faces[1].id: Emotion.HAPPY}
    assert platform.agreement.proposed(OPERATOR, study.id, 9) == proposed
    assert len(platform.agreement.proposed(OPERATOR, study.id, 1)) == 1
    platform.agreement.set_gold_standard(OPERATOR, study.id, faces[0].id, Emotion.SAD)
    assert platform.agreement.proposed(OPERATOR, study.id, 9) == {faces[1].id: Emotion.HAPPY}


def test_a_face_of_another_study_is_not_there(platform, study, faces):
    other = platform.studies.create(replace(OPERATOR, id="0e" * 16), "Another")
    with pytest.raises(NotFound):
        platform.agreement.set_gold_standard(OPERATOR, other.id, faces[0].id, Emotion.SAD)
