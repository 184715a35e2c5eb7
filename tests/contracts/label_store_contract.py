"""What every LabelStore does."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Source
from fers.domain.labels import Label, Opinion, Verdict
from fers.domain.ranges import IdRange
from fers.domain.review import GoldStandard, Progress, QueueOrder
from fers.errors import AlreadyExists, FersError, NotFound, SlotTaken

from .samples import NOON, a_face, a_label, a_person, an_id

FACE, STUDY = an_id("face"), an_id("faces")
SOON, LATER = NOON + timedelta(minutes=10), NOON + timedelta(minutes=20)
RICH = {
    "distribution": (0, 0, 0.75, 0, 0, 0, 0.25, 0),
    "valence": -0.5,
    "arousal": 0.25,
    "seconds": 1.5,
    "saw_prediction": True,
    "of_a_set": True,
}


def label_in_a_race(backend, annotator: str) -> None:
    """Take a place of the face the moment it appears, like a page on another server."""
    labels = backend.labels()
    while not labels.reserve(FACE, an_id(annotator), 1, NOON, SOON) and not labels.labels_of(FACE):
        time.sleep(0.001)
    try:
        labels.add_label(a_label(annotator=annotator), 1, NOON)
    except FersError:
        return


class LabelStoreContract:
    @pytest.fixture
    def records(self, backend):
        records = backend.records()
        records.create_person(a_person("ada"))
        records.create_face(a_face())
        return records

    @pytest.fixture
    def store(self, backend, records):
        return backend.labels()

    def next_faces(self, store, annotator="ann", order=QueueOrder.OLDEST, slots=3, limit=9) -> list[str]:
        return store.next_faces(STUDY, an_id(annotator), order, slots, NOON, limit)

    def test_labels_come_back_as_given(self, store, records):
        records.create_face(a_face("other"))
        flag = Label(an_id("other"), STUDY, an_id("ann"), Verdict.FLAGGED, NOON, reason="a drawing — 顔")
        given = [a_label(annotator="ann", **RICH), a_label(annotator="bea"), flag]
        for label in given:
            store.add_label(label, 3, NOON)
        by_face = sorted(given, key=lambda label: (label.face_id, label.annotator_id))
        assert list(store.labels(STUDY)) == by_face
        assert store.labels_of(FACE) == [label for label in by_face if label.face_id == FACE]
        assert list(store.labels_by(an_id("ann"))) == [label for label in by_face if label.annotator_id == an_id("ann")]
        assert (store.count_by(an_id("ann"), STUDY), store.count_by(an_id("ann"), an_id("other"))) == (2, 0)
        assert list(store.labels(an_id("other"))) == []

    def test_labels_are_read_range_by_range(self, store, records):
        names = ["face", *map(str, range(5))]
        for name in names[1:]:
            records.create_face(a_face(name))
        for name in names:
            for annotator in ("ann", "bea"):
                store.add_label(a_label(name, annotator), 3, NOON)
        ids = sorted(map(an_id, names))
        for after, to in (("", ids[2]), (ids[2], ids[3]), (ids[3], "g"), (ids[1][:8], ids[4][:8]), ("0", "0")):
            read = [label.face_id for label in store.labels(STUDY, IdRange(after, to))]
            assert read == [face_id for face_id in ids if after < face_id <= to for _ in range(2)]

    def test_a_place_is_held_until_its_time(self, store):
        assert store.reserve(FACE, an_id("ann"), 1, NOON, SOON)
        assert not store.reserve(FACE, an_id("bea"), 1, NOON, SOON)
        assert self.next_faces(store, "bea", slots=1) == []
        assert self.next_faces(store, "ann", slots=1) == [FACE]
        assert store.reserve(FACE, an_id("bea"), 1, SOON, LATER)
        assert not store.reserve(FACE, an_id("ann"), 1, SOON, LATER)

    def test_a_place_can_be_held_longer_and_given_up(self, store):
        assert store.reserve(FACE, an_id("ann"), 1, NOON, SOON)
        assert store.reserve(FACE, an_id("ann"), 1, NOON, LATER)
        assert not store.reserve(FACE, an_id("bea"), 1, SOON, LATER)
        store.release(FACE, an_id("ann"))
        store.release(FACE, an_id("ann"))
        assert store.reserve(FACE, an_id("bea"), 1, SOON, LATER)

    def test_there_are_as_many_places_as_said(self, store):
        assert [store.reserve(FACE, an_id(name), 2, NOON, SOON) for name in "abc"] == [True, True, False]
        store.add_label(a_label(annotator="a"), 2, NOON)
        assert not store.reserve(FACE, an_id("c"), 2, NOON, SOON)
        assert store.reserve(FACE, an_id("c"), 2, SOON, LATER), "b's place has lapsed"

    def test_who_comes_too_late_is_told(self, store):
        store.reserve(FACE, an_id("ann"), 1, NOON, SOON)
        with pytest.raises(SlotTaken):
            store.add_label(a_label(annotator="bea"), 1, NOON)
        store.add_label(a_label(annotator="bea"), 1, SOON)
        with pytest.raises(SlotTaken):
            store.add_label(a_label(annotator="ann"), 1, SOON)
        assert [label.annotator_id for label in store.labels_of(FACE)] == [an_id("bea")]

    def test_nobody_labels_a_face_twice(self, store):
        store.add_label(a_label(), 3, NOON)
        with pytest.raises(AlreadyExists):
            store.add_label(a_label(**RICH), 3, NOON)
        assert not store.reserve(FACE, an_id("ann"), 3, NOON, SOON)
        assert self.next_faces(store) == []
        assert store.labels_of(FACE) == [a_label()]

    def test_a_label_taken_back_leaves_its_place(self, store):
        store.add_label(a_label(), 1, NOON)
        for _ in range(2):
            store.remove_label(FACE, an_id("ann"))
        assert store.labels_of(FACE) == []
        assert self.next_faces(store, slots=1) == [FACE]
        store.add_label(a_label(**RICH), 1, NOON)
        assert store.labels_of(FACE) == [a_label(**RICH)]

    def test_a_face_may_want_more_labels_than_others(self, store):
        store.add_label(a_label(), 1, NOON)
        assert self.next_faces(store, "bea", slots=1) == []
        store.want(FACE, 2)
        assert self.next_faces(store, "bea", slots=1) == [FACE]
        assert store.progress(STUDY, 1) == Progress(open=1, done=0, labels=1)
        store.add_label(a_label(annotator="bea"), 1, NOON)
        assert self.next_faces(store, "eve", slots=1) == []
        store.want(FACE, 0)
        store.want(an_id("unknown"), 1)
        assert store.progress(STUDY, 1) == Progress(open=0, done=1, labels=2)

    def test_the_label_of_an_imported_set_leaves_the_places_to_annotators(self, store):
        store.add_label(a_label(annotator="the set", **RICH), 9, NOON)
        assert store.progress(STUDY, 1) == Progress(open=1, done=0, labels=1)
        assert store.count_waiting(an_id("ann"), STUDY, 1) == 1
        assert self.next_faces(store, "ann", slots=1) == [FACE]
        assert store.reserve(FACE, an_id("ann"), 1, NOON, SOON)
        assert not store.reserve(FACE, an_id("bea"), 1, NOON, SOON)
        store.add_label(a_label(annotator="ann"), 1, NOON)
        assert self.next_faces(store, "bea", slots=1) == []
        with pytest.raises(SlotTaken):
            store.add_label(a_label(annotator="bea"), 1, NOON)
        assert store.progress(STUDY, 1) == Progress(open=0, done=1, labels=2)
        store.want(FACE, 2)
        assert self.next_faces(store, "bea", slots=1) == [FACE]
        store.want(FACE, 0)
        store.remove_label(FACE, an_id("the set"))
        assert store.progress(STUDY, 1) == Progress(open=0, done=1, labels=1)
        assert store.progress(STUDY, 2) == Progress(open=1, done=0, labels=1)

    @pytest.mark.parametrize(("slots", "left"), [(1, 1), (2, 1), (3, 1), (4, 2)])
    def test_what_a_face_wants_holds_for_any_number_of_places(self, store, slots, left):
        """Two labels that tie want a third, before and after the study changes how many it asks for."""
        for annotator in ("ann", "bea"):
            store.add_label(a_label(annotator=annotator), 4, NOON)
        store.want(FACE, 3)
        assert self.next_faces(store, "eve", slots=slots) == [FACE]
        assert store.progress(STUDY, slots) == Progress(open=1, done=0, labels=2)
        got = [store.reserve(FACE, an_id(name), slots, NOON, SOON) for name in "xyz"]
        assert got.count(True) == left

    def test_only_others_faces_that_may_be_reviewed_are_next(self, store, records):
        records.create_person(a_person("ann"))
        records.create_face(a_face("own", person="ann"))
        records.create_face(a_face("private", purposes=frozenset({Purpose.STORE})))
        records.create_face(a_face("elsewhere", study_id=an_id("other")))
        assert self.next_faces(store) == [FACE]
        assert self.next_faces(store, limit=0) == []
        for name in ("private", "unknown"):
            assert not store.reserve(an_id(name), an_id("ann"), 3, NOON, SOON)
            with pytest.raises(NotFound):
                store.add_label(a_label(name), 3, NOON)

    def test_consent_narrowed_meanwhile_ends_the_review_and_keeps_the_labels(self, store, records):
        store.reserve(FACE, an_id("ann"), 3, NOON, SOON)
        store.add_label(a_label(annotator="bea"), 3, NOON)
        records.update_face(replace(a_face(), purposes=frozenset({Purpose.STORE})))
        with pytest.raises(NotFound):
            store.add_label(a_label(), 3, NOON)
        assert self.next_faces(store) == []
        assert store.labels_of(FACE) == [a_label(annotator="bea")]
        assert store.progress(STUDY, 3) == Progress(open=0, done=0, labels=0)

    def test_a_changed_face_keeps_what_was_said(self, store, records):
        for annotator in ("ann", "bea"):
            store.add_label(a_label(annotator=annotator), 3, NOON)
        store.set_gold_standard(FACE, GoldStandard(Emotion.SAD, NOON))
        records.update_face(a_face(source=Source.UPLOAD))
        assert len(store.labels_of(FACE)) == 2
        assert store.gold_standard(STUDY) == {FACE: GoldStandard(Emotion.SAD, NOON)}
        assert store.progress(STUDY, 2) == Progress(open=0, done=1, labels=2)

    def test_a_deleted_face_takes_everything_along(self, store, records):
        records.create_face(a_face("kept"))
        for name in ("face", "kept"):
            store.add_label(a_label(name), 3, NOON)
            store.set_gold_standard(an_id(name), GoldStandard(Emotion.FEAR, NOON))
            store.resolve_flags(an_id(name), NOON)
        store.reserve(FACE, an_id("bea"), 3, NOON, SOON)
        records.delete_face(FACE)
        assert list(store.labels(STUDY)) == [a_label("kept")]
        assert store.gold_standard(STUDY) == {an_id("kept"): GoldStandard(Emotion.FEAR, NOON)}
        assert store.resolved_flags(STUDY) == {an_id("kept"): NOON}
        assert store.progress(STUDY, 3) == Progress(open=1, done=0, labels=1)
        with pytest.raises(NotFound):
            store.add_label(a_label(annotator="bea"), 3, NOON)

    def test_an_annotator_who_leaves_takes_their_labels_along(self, store):
        for annotator in ("ann", "bea"):
            store.add_label(a_label(annotator=annotator), 2, NOON)
        for _ in range(2):
            store.forget_annotator(an_id("ann"))
        assert list(store.labels(STUDY)) == [a_label(annotator="bea")]
        assert store.progress(STUDY, 2) == Progress(open=1, done=0, labels=1)

    def test_progress_counts_faces_and_labels(self, store, records):
        records.create_face(a_face("other"))
        assert store.progress(STUDY, 2) == Progress(open=2, done=0, labels=0)
        for annotator in ("ann", "bea"):
            store.add_label(a_label(annotator=annotator), 2, NOON)
        assert store.progress(STUDY, 2) == Progress(open=1, done=1, labels=2)
        assert store.progress(an_id("other"), 2) == Progress(open=0, done=0, labels=0)

    def test_the_last_labels_of_an_annotator_come_newest_first(self, store, records):
        for minutes, name in enumerate(("first", "second", "third"), start=1):
            records.create_face(a_face(name))
            store.add_label(a_label(name, given_at=NOON + timedelta(minutes=minutes)), 3, NOON)
        store.add_label(a_label(annotator="bea", given_at=LATER), 3, NOON)
        records.create_face(a_face("elsewhere", study_id=an_id("other")))
        store.add_label(a_label("elsewhere", study_id=an_id("other"), given_at=LATER), 3, NOON)

        def latest(limit: int) -> list[str]:
            return [label.face_id for label in store.latest_by(an_id("ann"), STUDY, limit)]

        assert latest(2) == [an_id("third"), an_id("second")]
        store.remove_label(an_id("third"), an_id("ann"))
        assert latest(9) == [an_id("second"), an_id("first")]
        assert store.latest_by(an_id("nobody"), STUDY, 9) == []

    def test_open_faces_of_others_wait_for_an_annotator(self, store, records):
        def waiting(slots: int, annotator: str = "ann") -> int:
            return store.count_waiting(an_id(annotator), STUDY, slots)

        records.create_person(a_person("ann"))
        for face in (
            a_face("other"),
            a_face("own", person="ann"),
            a_face("private", purposes=frozenset({Purpose.STORE})),
            a_face("elsewhere", study_id=an_id("elsewhere")),
        ):
            records.create_face(face)
        assert (waiting(2), waiting(2, "bea")) == (2, 3)
        store.add_label(a_label(), 2, NOON)
        assert (waiting(1), waiting(2), waiting(2, "bea")) == (1, 1, 3)
        store.add_label(a_label("other", annotator="bea"), 2, NOON)
        assert (waiting(1), waiting(2)) == (0, 1)
        store.want(an_id("other"), 2)
        assert waiting(1) == 1, "a face that its annotators dispute"
        store.reserve(an_id("other"), an_id("cem"), 2, NOON, SOON)
        assert waiting(2) == 1, "held at present, and it may come back"

    def test_known_labels_are_kept_and_forgotten(self, store):
        before, now = GoldStandard(Emotion.FEAR, NOON), GoldStandard(Emotion.NEUTRAL, SOON)
        for known in (before, now):
            store.set_gold_standard(FACE, known)
        store.set_gold_standard(an_id("unknown"), before)
        assert store.gold_standard(STUDY) == {FACE: now}
        assert (store.known(FACE), store.known(an_id("unknown"))) == (now, None)
        assert store.gold_standard(an_id("other")) == {}
        store.set_gold_standard(FACE, None)
        assert store.gold_standard(STUDY) == {}

    def test_settled_flags_are_kept_and_opened_again(self, store):
        for at in (NOON, SOON):
            store.resolve_flags(FACE, at)
        store.resolve_flags(an_id("unknown"), NOON)
        assert store.resolved_flags(STUDY) == {FACE: SOON}
        assert store.resolved_flags(an_id("other")) == {}
        store.resolve_flags(FACE, None)
        assert store.resolved_flags(STUDY) == {}

    def guessed(self, name: str, minutes: int, emotion: Emotion, sureness: float):
        """A face given so many minutes after noon, of which the model says so with this probability."""
        rest = (1 - sureness) / 7
        probabilities = tuple(sureness if other is emotion else rest for other in Emotion)
        face = a_face(name, given_at=NOON + timedelta(minutes=minutes))
        return replace(face, prediction=replace(face.prediction, probabilities=probabilities))

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            (QueueOrder.OLDEST, ["happy", "fear", "unsure", "sad"]),
            (QueueOrder.UNCERTAIN, ["unsure", "fear", "happy", "sad"]),
            (QueueOrder.DISAGREED, ["fear", "happy", "sad", "unsure"]),
            (QueueOrder.RARE, ["fear", "unsure", "sad", "happy"]),
            (QueueOrder.RANDOM, sorted(["happy", "fear", "unsure", "sad"], key=an_id)),
        ],
    )
    def test_orders(self, store, records, backend, order, expected):
        records.delete_face(FACE)
        for face in (
            self.guessed("happy", 1, Emotion.HAPPY, 0.9),
            self.guessed("fear", 2, Emotion.FEAR, 0.5),
            self.guessed("unsure", 3, Emotion.FEAR, 0.2),
            self.guessed("sad", 4, Emotion.SAD, 0.95),
        ):
            records.create_face(face)
        for name, annotators in {"happy": "xy", "sad": "x"}.items():
            for annotator in annotators:
                store.add_label(a_label(name, annotator), 3, NOON)
        for name, share in {"fear": 0.1, "happy": 0.5, "sad": 0.9, "unsure": None}.items():
            backend.face_index().note_opinion(an_id(name), Opinion(None, share))
        found = self.next_faces(store, order=order)
        assert found == [an_id(name) for name in expected]
        assert self.next_faces(store, order=order, limit=2) == found[:2]

    def test_one_of_many_who_come_at_once_gets_the_last_place(self, store):
        names = [f"annotator {number}" for number in range(12)]
        with ThreadPoolExecutor(8) as threads:
            got = list(threads.map(lambda name: store.reserve(FACE, an_id(name), 3, NOON, SOON), names))
        assert sum(got) == 3

    def test_servers_beside_each_other_never_both_get_the_last_place(self, store, records, in_another_process):
        records.delete_face(FACE)
        racers = [in_another_process(label_in_a_race, name) for name in ("ann", "bea", "eve")]
        records.create_face(a_face())
        for racer in racers:
            racer.join(60)
            assert racer.exitcode == 0
        assert len(store.labels_of(FACE)) == 1
