"""What every FaceIndex does: it finds what a look at every face would find."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter, Place, disagreement, is_disputed, week_of
from fers.domain.faces import Face, Source

from .samples import NOON, a_face, a_label, a_person, an_id

STUDY = an_id("faces")
FILTERS = [
    FaceFilter(),
    FaceFilter(labels=frozenset({Emotion.SAD, None})),
    FaceFilter(sources=frozenset({Source.UPLOAD}), disputed=True),
    FaceFilter(confidence=frozenset({0, 3}), disputed=False),
    FaceFilter(since=date(2026, 4, 15), until=date(2026, 4, 28)),
    FaceFilter(agreement=frozenset({2})),
    FaceFilter(labels=frozenset({Emotion.CONTEMPT}), sources=frozenset({Source.WEBCAM}), confidence=frozenset({1})),
]


def some_faces(count: int) -> list[Face]:
    random = Random(7)
    faces = []
    for number in range(count):
        weights = [random.random() ** 6 + 0.001 for _ in Emotion]
        probabilities = tuple(weight / sum(weights) for weight in weights)
        face = a_face(
            str(number),
            source=random.choice(list(Source)),
            given_at=NOON - timedelta(hours=random.randrange(24 * 40)),
        )
        answer = replace(face.answer, label=random.choice([None, *Emotion]))
        prediction = replace(face.prediction, probabilities=probabilities)
        faces.append(replace(face, answer=answer, prediction=prediction))
    return faces


def is_wanted(face: Face, wanted: FaceFilter) -> bool:
    return wanted.takes(face, 0.6 if face.id in {an_id("3"), an_id("5")} else None)


class FaceIndexContract:
    @pytest.fixture
    def records(self, backend):
        return backend.records()

    @pytest.fixture
    def index(self, backend):
        return backend.face_index()

    @pytest.fixture
    def faces(self, records, index):
        """Faces in the store, of which two were agreed on to 60%."""
        records.create_person(a_person("ada"))
        faces = some_faces(120)
        for face in (*faces, a_face("elsewhere", study_id=an_id("other"))):
            records.create_face(face)
        for name in ("3", "5", "unknown"):
            index.note_agreement(an_id(name), 0.6)
        return faces

    @pytest.mark.parametrize("wanted", FILTERS)
    def test_counts_are_those_of_the_faces(self, index, faces, wanted):
        expected = Counter(
            (week_of(face.given_at), face.answer.label, is_disputed(face)) for face in faces if is_wanted(face, wanted)
        )
        counts = index.counts(STUDY, wanted)
        assert {(count.week, count.label, count.disputed): count.count for count in counts} == expected
        assert [count.week for count in counts] == sorted(count.week for count in counts)

    @pytest.mark.parametrize("wanted", FILTERS)
    def test_pages_of_the_newest_join_up(self, index, faces, wanted):
        expected = [face for face in faces if is_wanted(face, wanted)]
        expected.sort(key=lambda face: (face.given_at, face.id), reverse=True)
        pages, after = [], None
        while page := index.newest(STUDY, wanted, 7, after):
            pages += page
            after = Place(page[-1].given_at, page[-1].id)
        assert pages == expected != []

    @pytest.mark.parametrize("label", [None, Emotion.HAPPY])
    def test_pages_of_the_most_disputed_join_up(self, index, faces, label):
        expected = [face for face in faces if disagreement(face) > 0 and label in (None, face.answer.label)]
        expected.sort(key=lambda face: (disagreement(face), face.id), reverse=True)
        pages, after = [], None
        while page := index.most_disputed(STUDY, label, 7, after):
            pages += page
            after = Place(disagreement(page[-1]), page[-1].id)
        assert pages == expected != []

    def test_pages_of_the_least_agreed_join_up(self, index, faces):
        shares = {face.id: number % 10 / 9 for number, face in enumerate(faces)}
        for face in faces:
            index.note_agreement(face.id, shares[face.id] if face is not faces[7] else None)
        expected = [face for face in faces if shares[face.id] < 1 and face is not faces[7]]
        expected.sort(key=lambda face: (shares[face.id], face.id))
        pages, after = [], None
        while page := index.least_agreed(STUDY, 13, after):
            pages += page
            after = page[-1].id
        assert pages == expected

    def test_changed_and_deleted_faces_are_counted_as_they_are(self, index, records, faces):
        changed = replace(faces[3], answer=replace(faces[3].answer, label=None))
        records.update_face(changed)
        for face in faces[6:]:
            records.delete_face(face.id)
        left = [*faces[:3], changed, *faces[4:6]]
        assert sum(count.count for count in index.counts(STUDY, FaceFilter())) == len(left)
        assert {face.id: face for face in index.newest(STUDY, FaceFilter(), 99)} == {face.id: face for face in left}
        agreed = index.newest(STUDY, FaceFilter(agreement=frozenset({2})), 9)
        assert {face.id for face in agreed} == {faces[3].id, faces[5].id}, "the agreement stays when a face changes"

    def test_what_is_taken_back_is_seen_where_nothing_was_added(self, backend, index, records):
        records.create_person(a_person("ada"))
        agreed = a_face(purposes=frozenset(Purpose))
        labels, said = backend.labels(), a_label()
        changes = {
            "nothing": lambda: None,
            "a face": lambda: records.create_face(agreed),
            "a label": lambda: labels.add_label(said, 3, NOON),
            "purposes narrowed": lambda: records.update_face(replace(agreed, purposes=frozenset({Purpose.STORE}))),
            "a label taken back": lambda: labels.remove_label(said.face_id, said.annotator_id),
            "a face deleted": lambda: records.delete_face(agreed.id),
        }
        seen = set()
        for change, make in changes.items():
            before = index.revisions()
            make()
            if index.revisions() > before:
                seen.add(change)
        assert seen == {"purposes narrowed", "a label taken back", "a face deleted"}
        assert backend.face_index().revisions() == index.revisions(), "also for whoever opens the store anew"
