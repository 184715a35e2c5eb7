"""Annotators label faces blind, each place once, and what they say together is kept in step."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.domain.review import Progress, QueueOrder
from fers.errors import AlreadyExists, InvalidInput, NotFound, NotPermitted, SlotTaken
from fers.services.labelling import review
from tests.people import EVERYTHING, give_face, participant

SAD, ANGRY = only(Emotion.SAD), only(Emotion.ANGER)


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def ada(platform):
    """Who gives faces."""
    return participant(platform)


@pytest.fixture
def annotators(clock):
    return [Person(f"{number:032x}", Role.ANNOTATOR, clock(), asked_first=False) for number in range(4)]


@pytest.fixture
def ann(annotators):
    return annotators[0]


@pytest.fixture
def say(platform, study):
    def say(annotator, face, distribution=SAD):
        platform.review.label(annotator, study.id, face.id, Verdict.EMOTION, distribution=distribution)

    return say


def handed_out(platform, study, annotator, count=9, besides=()) -> set[str]:
    return {assignment.face_id for assignment in platform.review.next_faces(annotator, study.id, count, besides)}


def faces(found) -> list:
    return [one.face for one in found]


def test_annotators_get_others_faces_each_once(platform, study, ada, ann, say):
    given = {give_face(platform, ada).id for _ in range(3)}
    private = participant(platform, "eve@example.org", EVERYTHING - {Purpose.REVIEW})
    give_face(platform, private)
    first, *_ = assignments = platform.review.next_faces(ann, study.id, 9)
    assert {assignment.face_id for assignment in assignments} == given
    assert Image.open(io.BytesIO(first.picture)).size == (448, 448)
    assert handed_out(platform, study, ann, besides={first.face_id}) == given - {first.face_id}
    for face_id in given:
        platform.review.label(ann, study.id, face_id, Verdict.UNKNOWN)
    assert handed_out(platform, study, ann) == set()
    progress = platform.review.progress(ann, study.id)
    assert (progress.own, progress.waiting, progress.study) == (3, 0, Progress(open=3, done=0, labels=3))


def test_nobody_labels_their_own_face_or_one_that_may_not_be_seen(platform, ada, ann, say, study):
    own = give_face(platform, ada)
    private = give_face(platform, participant(platform, "eve@example.org", EVERYTHING - {Purpose.REVIEW}))
    giver = replace(ada, role=Role.ANNOTATOR)
    assert handed_out(platform, study, giver) == set()
    for annotator, face in ((giver, own), (giver, private), (ann, private)):
        with pytest.raises(NotFound):
            say(annotator, face)
        assert platform.review.undo(annotator, study.id, face.id) is None


def test_participants_label_nothing(platform, study, ada):
    face = give_face(platform, ada)
    with pytest.raises(NotPermitted):
        platform.review.label(participant(platform, "eve@example.org"), study.id, face.id, Verdict.UNKNOWN)


def test_a_face_in_hand_is_kept_for_a_while(platform, study, ada, annotators, say, clock):
    platform.studies.update(OPERATOR, replace(study, overlap=1))
    face = give_face(platform, ada)
    ann, bea, *_ = annotators
    assert handed_out(platform, study, ann) == {face.id}
    assert handed_out(platform, study, bea) == set()
    clock.advance(seconds=review.LEASE.total_seconds())
    assert handed_out(platform, study, bea) == {face.id}
    with pytest.raises(SlotTaken):
        say(ann, face)
    say(bea, face)


def test_faces_that_are_about_to_be_purged_keep_nobody_from_the_others(platform, study, ada, ann, clock):
    for _ in range(review.FIRST_CANDIDATES + 1):
        give_face(platform, ada)
    clock.advance(days=study.retention_days)
    fresh = give_face(platform, ada)
    assert handed_out(platform, study, ann) == {fresh.id}


def test_an_undone_label_can_be_given_anew(platform, study, ada, ann, say):
    face = give_face(platform, ada)
    say(ann, face)
    with pytest.raises(AlreadyExists) as refused:
        say(ann, face, ANGRY)
    assert refused.value.code == "review.labelled-otherwise"
    assert platform.review.undo(ann, study.id, face.id).face_id == face.id
    say(ann, face, ANGRY)
    assert platform.review.progress(ann, study.id).study.labels == 1


def test_a_label_that_is_sent_twice_is_told_from_another_one(platform, study, ada, ann, say):
    face = give_face(platform, ada)
    say(ann, face)
    with pytest.raises(AlreadyExists) as refused:
        say(ann, face)
    assert refused.value.code == "review.labelled-already"
    assert platform.review.latest(ann, study.id, 1)[0].emotion is Emotion.SAD


def test_what_waits_for_an_annotator_is_what_they_may_label_still(platform, study, ada, annotators, say):
    platform.studies.update(OPERATOR, replace(study, overlap=1))
    ann, bea, *_ = annotators
    ours, theirs, left = (give_face(platform, ada) for _ in range(3))
    say(ann, ours)
    say(bea, theirs)
    giver = replace(ada, role=Role.ANNOTATOR)
    waiting = [platform.review.progress(annotator, study.id).waiting for annotator in (ann, giver)]
    assert waiting == [1, 0]
    say(ann, left)
    assert platform.review.progress(ann, study.id).waiting == 0


def test_annotators_see_their_own_last_labels_again(platform, study, ada, annotators, say, clock):
    ann, bea, *_ = annotators
    withdrawn, hidden = (give_face(platform, ada) for _ in range(2))
    for face in (withdrawn, hidden):
        say(ann, face)
        say(bea, face, ANGRY)
    platform.withdrawal.withdraw_face(ada, withdrawn.id)
    platform.consents.give(ada, platform.consents.text().sha256, EVERYTHING - {Purpose.REVIEW}, adult=True)
    assert platform.review.latest(ann, study.id, 9) == [], "none of them may be looked at any more"
    kept = [give_face(platform, participant(platform, "eve@example.org")) for _ in range(2)]
    for face in kept:
        clock.advance(seconds=1)
        say(ann, face)
    assert [label.face_id for label in platform.review.latest(ann, study.id, 9)] == [face.id for face in kept[::-1]]
    assert [label.emotion for label in platform.review.latest(ann, study.id, 1)] == [Emotion.SAD]
    assert Image.open(io.BytesIO(platform.review.look_again(ann, study.id, kept[0].id))).size == (448, 448)
    for annotator, face in ((bea, kept[0]), (ann, withdrawn), (ann, hidden)):
        assert platform.review.look_again(annotator, study.id, face.id) is None


def test_a_label_taken_back_where_nobody_is_wanted_any_more_is_said_so(platform, study, ada, annotators, say):
    face = give_face(platform, ada)
    for annotator in annotators[:3]:
        say(annotator, face)
    platform.studies.update(OPERATOR, replace(study, overlap=2))
    with pytest.raises(SlotTaken, match="taken back"):
        platform.review.undo(annotators[0], study.id, face.id)
    assert platform.review.progress(annotators[0], study.id).study == Progress(open=0, done=1, labels=2)


def test_what_cannot_be_said_is_refused(platform, study, ada, ann):
    face = give_face(platform, ada)
    long = "x" * (review.LONGEST_REASON + 1)
    for said in (
        {"verdict": Verdict.FLAGGED},
        {"verdict": Verdict.FLAGGED, "reason": long},
        {"verdict": Verdict.FLAGGED, "reason": ["blurred"]},
        {"verdict": Verdict.EMOTION, "distribution": (1, 1, 0, 0, 0, 0, 0, 0)},
        {"verdict": Verdict.UNKNOWN, "seconds": -1.0},
        {"verdict": Verdict.UNKNOWN, "seconds": float("nan")},
        {"verdict": Verdict.UNKNOWN, "seconds": float("inf")},
        {"verdict": Verdict.UNKNOWN, "seconds": "long"},
    ):
        with pytest.raises(InvalidInput):
            platform.review.label(ann, study.id, face.id, **said)
    assert platform.review.latest(ann, study.id, 9) == []


def test_half_a_sign_in_a_flag_keeps_nobody_from_reading_it(platform, study, ada, ann):
    """Browsers cut texts between the two halves of an emoji, and no page can be sent one of them."""
    face = give_face(platform, ada)
    platform.review.label(ann, study.id, face.id, Verdict.FLAGGED, reason="too dark \ud83d")
    [flag] = platform.agreement.report(OPERATOR, study.id).flags
    assert flag.reason.encode() == b"too dark ?"
    assert b"too dark ?" in b"".join(platform.data_export.download(ann))


def test_annotators_are_blind_unless_the_study_says_otherwise(platform, study, ada, ann):
    give_face(platform, ada)
    assert [assignment.guess for assignment in platform.review.next_faces(ann, study.id, 1)] == [None]
    platform.studies.update(OPERATOR, replace(study, show_prediction=True))
    assert [assignment.guess for assignment in platform.review.next_faces(ann, study.id, 1)] == [Emotion.HAPPY]


def test_a_label_says_whether_the_guess_was_in_sight_whatever_the_study_shows_by_now(platform, study, ada, ann):
    face = give_face(platform, ada)
    assert handed_out(platform, study, ann) == {face.id}
    platform.studies.update(OPERATOR, replace(study, show_prediction=True))
    platform.review.label(ann, study.id, face.id, Verdict.UNKNOWN, saw_prediction=False)
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    [entry] = platform.versions.entries(OPERATOR, version.id)
    assert [vote.saw_prediction for vote in entry.votes] == [False]


def test_a_tie_goes_back_to_the_queue_and_leaves_it_settled(platform, study, ada, annotators, say):
    platform.studies.update(OPERATOR, replace(study, overlap=2))
    face, eve = give_face(platform, ada), annotators[3]
    ann, bea, cem, _ = annotators
    say(ann, face)
    say(bea, face, ANGRY)
    assert handed_out(platform, study, cem) == {face.id}
    say(cem, face)
    assert handed_out(platform, study, eve) == set(), "two of three are enough"
    platform.review.undo(ann, study.id, face.id)
    say(ann, face)
    assert handed_out(platform, study, eve) == set()


@pytest.mark.parametrize(("before", "after"), [(3, 2), (2, 3)])
def test_a_tie_waits_for_one_more_label_when_the_study_asks_for_another_number(
    platform, study, ada, annotators, say, before, after
):
    platform.studies.update(OPERATOR, replace(study, overlap=before))
    face = give_face(platform, ada)
    ann, bea, cem, eve = annotators
    say(ann, face)
    say(bea, face, ANGRY)
    platform.studies.update(OPERATOR, replace(study, overlap=after))
    assert platform.review.progress(ann, study.id).study == Progress(open=1, done=0, labels=2)
    assert handed_out(platform, study, cem) == {face.id}
    assert handed_out(platform, study, eve) == set(), "one more is enough"
    say(cem, face)
    assert platform.review.progress(ann, study.id).study == Progress(open=0, done=1, labels=3)


def test_explore_finds_faces_by_how_far_annotators_agree(platform, study, ada, annotators, say):
    researcher = replace(OPERATOR, id="0e" * 16)

    def agreed(quarter):
        return faces(platform.explore.newest(researcher, study.id, FaceFilter(agreement=frozenset({quarter})), 9))

    agreeing, disputed, lone = (give_face(platform, ada) for _ in range(3))
    ann, bea, *_ = annotators
    for face, other in ((agreeing, SAD), (disputed, ANGRY)):
        say(ann, face)
        say(bea, face, other)
    say(ann, lone)
    assert (agreed(3), agreed(0), agreed(2)) == ([agreeing], [disputed], [])
    assert platform.explore.agreement(researcher, study.id, FaceFilter()) == {0: 1, 1: 0, 2: 0, 3: 1}
    assert platform.explore.agreement(researcher, study.id, FaceFilter(agreement=frozenset({2}))) == {2: 0}
    assert faces(platform.explore.least_agreed(researcher, study.id, 9)) == [disputed]
    platform.review.undo(bea, study.id, disputed.id)
    assert agreed(0) == []


def test_a_share_of_faces_is_drawn_whatever_the_order(platform, study, ada, ann, clock, monkeypatch):
    platform.studies.update(OPERATOR, replace(study, queue_order=QueueOrder.OLDEST))
    given = []
    for _ in range(3):
        clock.advance(seconds=1)
        given.append(give_face(platform, ada).id)
    monkeypatch.setattr(review, "GOLD_STANDARD_SHARE", 0)
    for share, expected in ((0, given[0]), (1, min(given))):
        monkeypatch.setattr(review, "RANDOM_SHARE", share)
        [assignment] = platform.review.next_faces(ann, study.id, 1)
        assert assignment.face_id == expected


def test_known_faces_are_mixed_in_even_when_they_are_done(platform, study, ada, annotators, say, monkeypatch):
    platform.studies.update(OPERATOR, replace(study, overlap=1))
    known = give_face(platform, ada)
    ann, bea, *_ = annotators
    say(ann, known)
    platform.agreement.set_gold_standard(OPERATOR, study.id, known.id, Emotion.SAD)
    monkeypatch.setattr(review, "GOLD_STANDARD_SHARE", 1)
    assert handed_out(platform, study, ann) == set()
    assert handed_out(platform, study, bea) == {known.id}
    say(bea, known, ANGRY)
    assert platform.review.progress(bea, study.id).own == 1


def test_labels_go_with_the_face_and_with_the_annotator(platform, study, ada, annotators, say):
    gone, kept = give_face(platform, ada), give_face(platform, ada)
    ann, bea, *_ = annotators
    for annotator, distribution in ((ann, SAD), (bea, ANGRY)):
        for face in (gone, kept):
            say(annotator, face, distribution)
    platform.withdrawal.withdraw_face(ada, gone.id)
    assert platform.review.progress(ann, study.id).own == 1
    assert faces(platform.explore.least_agreed(OPERATOR, study.id, 9)) == [kept]
    platform.withdrawal.withdraw_everything(bea)
    assert platform.review.progress(ann, study.id).study == Progress(open=1, done=0, labels=1)
    assert faces(platform.explore.least_agreed(OPERATOR, study.id, 9)) == [], "one label agrees with itself"
    assert platform.doctor.examine() == []


def test_annotators_can_download_what_they_said(platform, study, ada, ann):
    face = give_face(platform, ada)
    platform.review.label(ann, study.id, face.id, Verdict.FLAGGED, reason="a drawing", seconds=2.5)
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ann)))) as archive:
        [label] = json.loads(archive.read("labels.json"))
    assert (label["face"], label["verdict"]) == (face.id, "flagged")
    assert (label["reason"], label["seconds"]) == ("a drawing", 2.5)
