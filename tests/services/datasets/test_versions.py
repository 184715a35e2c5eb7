"""Freezing: who is in a version, what is said about them, and that withdrawing still works."""

from dataclasses import replace
from itertools import count
from random import Random

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Answer, Display
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.domain.versions import ConsensusRule, LabelSource, Split
from fers.errors import InvalidInput, NotFound
from tests import people
from tests.people import EVERYTHING, HAPPY_POSED, participant, pattern

_numbers = count()


def give_face(platform, person, answer=HAPPY_POSED, picture=None):
    """Every face is on another photo."""
    return people.give_face(platform, person, answer, picture or pattern(next(_numbers)))


@pytest.fixture
def study(platform):
    return platform.studies.current()


def entries(platform, dataset_version):
    return list(platform.versions.entries(OPERATOR, dataset_version.id))


def test_only_faces_whose_people_agreed_to_sharing_are_frozen(platform, study):
    shared = give_face(platform, participant(platform))
    give_face(platform, participant(platform, "eve@example.org", EVERYTHING - {Purpose.PUBLISH}))
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    assert [entry.face_id for entry in entries(platform, dataset_version)] == [shared.id]
    assert (dataset_version.faces, dataset_version.people, dataset_version.left_out) == (1, 1, 1)
    assert [text.sha256 for text in dataset_version.consent_texts] == [platform.consents.text().sha256]


def test_felt_posed_and_perceived_stay_apart(platform, study):
    ada = participant(platform)
    felt = give_face(platform, ada, Answer(Emotion.SAD, before_prediction=True, display=Display.FELT))
    posed = give_face(platform, ada, Answer(Emotion.HAPPY, before_prediction=True, display=Display.POSED))
    annotate(platform, study, posed, (Emotion.FEAR, Emotion.FEAR, Emotion.HAPPY))
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    by_id = {entry.face_id: entry for entry in entries(platform, dataset_version)}
    one, other = by_id[felt.id], by_id[posed.id]
    assert (one.felt, one.posed, one.perceived) == (Emotion.SAD, None, None)
    assert (one.label, one.label_source) == (Emotion.SAD, LabelSource.PARTICIPANT)
    assert (other.felt, other.posed, other.perceived) == (None, Emotion.HAPPY, Emotion.FEAR)
    assert (other.label, other.label_source) == (Emotion.FEAR, LabelSource.ANNOTATORS)
    assert sorted(vote.distribution.index(1) for vote in other.votes) == [1, 4, 4]


def test_a_flag_alone_leaves_the_persons_own_label(platform, study):
    face = give_face(platform, participant(platform), Answer(Emotion.SAD, before_prediction=True, display=Display.FELT))
    ann = replace(OPERATOR, id="aa" * 16, role=Role.ADMINISTRATOR)
    platform.review.label(ann, study.id, face.id, Verdict.FLAGGED, reason="a hand before the mouth")
    [entry] = entries(platform, platform.versions.freeze(OPERATOR, study.id, "v1"))
    assert (entry.label, entry.label_source, entry.votes) == (Emotion.SAD, LabelSource.PARTICIPANT, ())
    annotate(platform, study, face, (Emotion.FEAR,))
    [entry] = entries(platform, platform.versions.freeze(OPERATOR, study.id, "v2"))
    assert (entry.label, entry.label_source, len(entry.votes)) == (Emotion.FEAR, LabelSource.ANNOTATORS, 2)


@pytest.mark.parametrize("becomes", [None, b"no picture", "another"])
def test_photos_that_are_lost_or_damaged_are_counted(platform, study, becomes):
    ada, images = participant(platform), platform.versions._images
    kept, lost = give_face(platform, ada), give_face(platform, ada)
    if becomes == "another":  # It can be decoded, and is not what was given.
        becomes = images.get(kept.id)
    images.delete(lost.id)
    if becomes:
        images.put(lost.id, becomes)
    frozen = platform.versions.freeze(OPERATOR, study.id, "v1")
    assert [entry.face_id for entry in entries(platform, frozen)] == [kept.id]
    assert (frozen.faces, frozen.lost) == (1, 1)


def test_the_same_content_has_the_same_id_and_is_frozen_once(platform, study):
    give_face(platform, participant(platform))
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    with pytest.raises(InvalidInput, match="v1 holds the same"):
        platform.versions.freeze(OPERATOR, study.id, "v2")
    give_face(platform, participant(platform, "bob@example.org"))
    assert platform.versions.freeze(OPERATOR, study.id, "v2").id != dataset_version.id


def test_a_version_stays_as_it_was_when_labels_come_in(platform, study):
    face = give_face(platform, participant(platform))
    first = platform.versions.freeze(OPERATOR, study.id, "v1")
    before = entries(platform, first)
    annotate(platform, study, face, (Emotion.FEAR,))
    new = give_face(platform, participant(platform, "bob@example.org"))
    second = platform.versions.freeze(OPERATOR, study.id, "v2")
    assert entries(platform, first) == before
    found = platform.versions.compare(OPERATOR, first.id, second.id)
    assert (found.added, found.relabelled, found.gone, found.changed) == ((new.id,), (face.id,), (), ())


def test_a_withdrawn_face_leaves_old_versions_which_say_so(platform, study):
    ada = participant(platform)
    gone = give_face(platform, ada)
    give_face(platform, participant(platform, "bob@example.org"))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.withdrawal.withdraw_face(ada, gone.id)
    version = platform.versions.named(OPERATOR, study.id, "v1")
    assert (version.faces, version.withdrawn) == (1, 1)


def test_whoever_withdraws_everything_while_faces_are_frozen_is_left_out(platform, study):
    stay, go = participant(platform), participant(platform, "bob@example.org")
    kept = give_face(platform, stay)
    give_face(platform, go)
    leaving = iter([go])

    def meanwhile(done: int, faces: int) -> None:
        for person in leaving:
            platform.withdrawal.withdraw_everything(person)

    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1", progress=meanwhile)
    assert [entry.face_id for entry in entries(platform, dataset_version)] == [kept.id]
    assert dataset_version.faces == 1


def test_taking_sharing_back_is_enough(platform, study):
    ada = participant(platform)
    give_face(platform, ada)
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.consents.give(ada, platform.consents.text().sha256, EVERYTHING - {Purpose.PUBLISH}, adult=True)
    assert platform.versions.named(OPERATOR, study.id, "v1").faces == 0


def test_nobody_is_in_two_splits_and_everybody_keeps_theirs(platform, study):
    everybody = [participant(platform, f"{n}@example.org") for n in range(6)]
    for person in everybody:
        for _ in range(2):
            give_face(platform, person)
    first = entries(platform, platform.versions.freeze(OPERATOR, study.id, "v1"))
    splits = {(entry.person, entry.split) for entry in first}
    assert len(splits) == len({person for person, _ in splits}) == 6
    assert {split for _, split in splits} == set(Split)
    give_face(platform, participant(platform, "late@example.org"))
    second = entries(platform, platform.versions.freeze(OPERATOR, study.id, "v2"))
    assert splits < {(entry.person, entry.split) for entry in second}


def test_the_same_picture_from_two_people_is_tested_on_or_learned_from(platform, study):
    for name in ("ada", "bob", "cay"):
        give_face(platform, participant(platform, f"{name}@example.org"), picture=people.photo())
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    [kept] = entries(platform, dataset_version)
    assert (kept.split, dataset_version.near_duplicates) == (Split.TEST, 2)


@pytest.mark.parametrize("name", ["", " ", "../../etc", "a" * 61, "two words", ".hidden"])
def test_a_name_must_do_as_a_files_name(platform, study, name):
    give_face(platform, participant(platform))
    with pytest.raises(InvalidInput, match="can't be used"):
        platform.versions.freeze(OPERATOR, study.id, name)


def test_what_cannot_be_frozen_is_said(platform, study):
    with pytest.raises(InvalidInput, match="No face may be shared"):
        platform.versions.freeze(OPERATOR, study.id, "v1")
    with pytest.raises(NotFound):
        platform.versions.named(OPERATOR, study.id, "v1")
    give_face(platform, participant(platform))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    give_face(platform, participant(platform, "bob@example.org"))
    with pytest.raises(InvalidInput, match="v1 already"):
        platform.versions.freeze(OPERATOR, study.id, "v1")


def test_of_two_who_freeze_at_once_under_one_name_the_second_is_told(platform, study):
    give_face(platform, participant(platform))
    sad = give_face(platform, participant(platform, "bob@example.org"), Answer(Emotion.SAD, before_prediction=True))
    chosen = FaceFilter(labels=frozenset({Emotion.SAD}))

    def meanwhile(done: int, faces: int) -> None:
        if done == faces:
            platform.versions.freeze(OPERATOR, study.id, "v1", chosen)

    with pytest.raises(InvalidInput, match="v1 already"):
        platform.versions.freeze(OPERATOR, study.id, "v1", progress=meanwhile)
    [version] = platform.versions.of_study(OPERATOR, study.id)
    assert [entry.face_id for entry in entries(platform, version.dataset_version)] == [sad.id]


def test_only_the_chosen_faces_are_frozen(platform, study):
    """And it is the chosen that are counted as left out."""
    ada = participant(platform)
    happy, sad = (
        give_face(platform, ada, Answer(said, before_prediction=True)) for said in (Emotion.HAPPY, Emotion.SAD)
    )
    secretive = participant(platform, "eve@example.org", EVERYTHING - {Purpose.PUBLISH})
    give_face(platform, secretive, Answer(Emotion.SAD, before_prediction=True))
    chosen = FaceFilter(labels=frozenset({Emotion.SAD}))
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "sad", chosen)
    assert [entry.face_id for entry in entries(platform, dataset_version)] == [sad.id]
    assert (dataset_version.left_out, dataset_version.chosen) == (1, chosen)
    assert platform.versions.named(OPERATOR, study.id, "sad").dataset_version == dataset_version
    everything = platform.versions.freeze(OPERATOR, study.id, "all")
    assert {entry.face_id for entry in entries(platform, everything)} == {happy.id, sad.id}


def test_faces_can_be_chosen_by_how_far_annotators_agree(platform, study):
    ada = participant(platform)
    agreed, disputed, unseen = (give_face(platform, ada) for _ in range(3))
    annotate(platform, study, agreed, (Emotion.SAD, Emotion.SAD))
    annotate(platform, study, disputed, (Emotion.SAD, Emotion.FEAR))
    for name, quarter, face in (("agreed", 3, agreed), ("disputed", 0, disputed)):
        dataset_version = platform.versions.freeze(OPERATOR, study.id, name, FaceFilter(agreement=frozenset({quarter})))
        assert [entry.face_id for entry in entries(platform, dataset_version)] == [face.id]


def test_faces_are_not_chosen_by_what_people_say_about_themselves(platform, study):
    give_face(platform, participant(platform))
    with pytest.raises(InvalidInput, match="about themselves"):
        platform.versions.freeze(OPERATOR, study.id, "v1", FaceFilter(group=("age", "18–24")))
    with pytest.raises(InvalidInput, match="None of the chosen"):
        platform.versions.freeze(OPERATOR, study.id, "v1", FaceFilter(labels=frozenset({Emotion.FEAR})))
    assert platform.versions.of_study(OPERATOR, study.id) == []


def test_votes_may_count_by_how_often_their_annotators_are_right(platform, study):
    """Two who know outvote three who guess, once it shows over many faces who knows."""
    platform.studies.update(OPERATOR, replace(study, overlap=5))
    ada = participant(platform)
    random, among = Random(5), (Emotion.SAD, Emotion.ANGER, Emotion.FEAR)
    truths = [among[number % 3] for number in range(30)]
    faces = [give_face(platform, ada) for _ in truths]
    for face, truth in zip(faces, truths, strict=True):
        annotate(platform, study, face, (truth, truth, *random.choices(among, k=3)))

    def right(dataset_version):
        seen = {entry.face_id: entry.perceived for entry in entries(platform, dataset_version)}
        return sum(seen[face.id] is truth for face, truth in zip(faces, truths, strict=True))

    by_majority = platform.versions.freeze(OPERATOR, study.id, "majority")
    by_trust = platform.versions.freeze(OPERATOR, study.id, "trust", consensus=ConsensusRule.DAWID_SKENE)
    assert right(by_trust) == len(truths) > right(by_majority)
    report = platform.agreement.report(OPERATOR, study.id)
    assert (report.aggregated, report.differ) == (len(truths), len(truths) - right(by_majority))
    knows, *_, guesses = (report.accuracy[name] for name in sorted(report.accuracy))
    assert knows > 0.9 > guesses


def annotate(platform, study, face, emotions):
    """Every emotion is another annotator's label."""
    for number, emotion in enumerate(emotions):
        annotator = replace(OPERATOR, id=f"{number:02x}" * 16, role=Role.ADMINISTRATOR)
        platform.review.next_faces(annotator, study.id, 1)
        platform.review.label(annotator, study.id, face.id, Verdict.EMOTION, distribution=only(emotion))
