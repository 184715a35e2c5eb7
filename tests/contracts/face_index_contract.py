"""What every FaceIndex does: it finds what a look at every face would find."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import Cursor, FaceFilter, Found, class_of, disagreement, is_disputed, quarter, week_of
from fers.domain.faces import Face, Source
from fers.domain.labels import Opinion
from fers.domain.protocols import ThreeLabels

from .samples import NOON, a_face, a_label, a_person, an_id

STUDY = an_id("faces")
OPINIONS = {
    an_id("1"): Opinion(Emotion.SAD, 1.0),
    an_id("3"): Opinion(Emotion.FEAR, 0.6),
    an_id("5"): Opinion(None, 0.6),
    an_id("8"): Opinion(Emotion.CONTEMPT, None),
}
"""What annotators make of some faces."""
FILTERS = [
    FaceFilter(),
    FaceFilter(labels=frozenset({Emotion.SAD, None})),
    FaceFilter(sources=frozenset({Source.UPLOAD}), disputed=True),
    FaceFilter(confidence=frozenset({0, 3}), disputed=False),
    FaceFilter(since=date(2026, 4, 15), until=date(2026, 4, 28)),
    FaceFilter(agreement=frozenset({2})),
    FaceFilter(intended=frozenset({Emotion.FEAR, Emotion.SAD})),
    FaceFilter(intended=frozenset({None}), disputed=True),
    FaceFilter(labels=frozenset({Emotion.FEAR}), agreement=frozenset({2}), disputed=True),
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
        intended = random.choice([None, Emotion.FEAR, Emotion.SAD, Emotion.ANGER])
        faces.append(replace(face, answer=answer, prediction=prediction, intended=intended))
    return faces


def found(face: Face) -> Found:
    opinion = OPINIONS.get(face.id)
    return Found(face, class_of(face, opinion), reviewed=opinion is not None)


def dispute(one: Found) -> float:
    return disagreement(one.face, one.label)


class FaceIndexContract:
    @pytest.fixture
    def records(self, backend):
        return backend.records()

    @pytest.fixture
    def index(self, backend):
        return backend.face_index()

    @pytest.fixture
    def faces(self, records, index):
        """Faces in the store, on some of which annotators have an opinion."""
        records.create_person(a_person("ada"))
        faces = some_faces(120)
        for face in (*faces, a_face("elsewhere", study_id=an_id("other"))):
            records.create_face(face)
        for face_id, opinion in {**OPINIONS, an_id("unknown"): Opinion(Emotion.SAD, 1.0)}.items():
            index.note_opinion(face_id, opinion)
        return faces

    def test_counts_are_those_of_the_faces(self, index, faces):
        for wanted in FILTERS:
            expected = Counter(
                (week_of(one.face.given_at), one.label, is_disputed(one.face, one.label))
                for one in map(found, faces)
                if wanted.takes(one.face, OPINIONS.get(one.face.id))
            )
            counts = index.counts(STUDY, wanted)
            assert {(count.week, count.label, count.disputed): count.count for count in counts} == expected, wanted
            assert [count.week for count in counts] == sorted(count.week for count in counts), wanted

    def test_agreement_is_counted_in_quarters(self, index, faces):
        for wanted in (FaceFilter(), FaceFilter(agreement=frozenset({2})), *FILTERS[-2:]):
            opinions = [OPINIONS.get(face.id) for face in faces if wanted.takes(face, OPINIONS.get(face.id))]
            shares = [opinion.agreement for opinion in opinions if opinion and opinion.agreement is not None]
            assert index.agreement(STUDY, wanted) == Counter(map(quarter, shares)), wanted

    def test_what_was_asked_is_counted_with_what_is_reported_and_perceived(self, index, faces, records):
        def three_labels(face: Face, opinions) -> ThreeLabels:
            opinion = opinions.get(face.id)
            seen = opinion.perceived if opinion else None
            return ThreeLabels(face.intended, face.answer.label, seen, opinion is not None)

        asked = [face for face in faces if face.intended is not None]
        assert index.three_labels(STUDY) == Counter(three_labels(face, OPINIONS) for face in asked)
        gone, *left = asked
        records.delete_face(gone.id)
        index.note_opinion(left[0].id, Opinion(Emotion.ANGER, 1.0))
        opinions = OPINIONS | {left[0].id: Opinion(Emotion.ANGER, 1.0)}
        assert index.three_labels(STUDY) == Counter(three_labels(face, opinions) for face in left)

    def test_pages_of_the_newest_join_up(self, index, faces):
        for wanted in FILTERS:
            expected = [found(face) for face in faces if wanted.takes(face, OPINIONS.get(face.id))]
            expected.sort(key=lambda one: (one.face.given_at, one.face.id), reverse=True)
            pages, after = [], None
            while page := index.newest(STUDY, wanted, 7, after):
                pages += page
                after = Cursor(page[-1].face.given_at, page[-1].face.id)
            assert pages == expected != [], wanted

    def test_pages_of_the_most_disputed_join_up(self, index, faces):
        for label in (None, Emotion.HAPPY, Emotion.FEAR):
            expected = [one for one in map(found, faces) if dispute(one) > 0 and label in (None, one.label)]
            expected.sort(key=lambda one: (dispute(one), one.face.id), reverse=True)
            pages, after = [], None
            while page := index.most_disputed(STUDY, label, 7, after):
                pages += page
                after = Cursor(dispute(page[-1]), page[-1].face.id)
            assert pages == expected != [], label

    def test_pages_of_the_least_agreed_join_up(self, index, faces):
        shares = {face.id: number % 10 / 9 for number, face in enumerate(faces)}
        for face in faces:
            index.note_opinion(face.id, Opinion(None, shares[face.id]) if face is not faces[7] else None)
        expected = [face for face in faces if shares[face.id] < 1 and face is not faces[7]]
        expected.sort(key=lambda face: (shares[face.id], face.id))
        pages, after = [], None
        while page := index.least_agreed(STUDY, 13, after):
            pages += page
            after = page[-1].face.id
        assert [one.face for one in pages] == expected

    def test_changed_and_deleted_faces_are_counted_as_they_are(self, index, records, faces):
        changed = replace(faces[3], answer=replace(faces[3].answer, label=None))
        records.update_face(changed)
        for face in faces[6:]:
            records.delete_face(face.id)
        left = [*faces[:3], changed, *faces[4:6]]
        assert sum(count.count for count in index.counts(STUDY, FaceFilter())) == len(left)
        assert {one.face.id: one.face for one in index.newest(STUDY, FaceFilter(), 99)} == {one.id: one for one in left}
        agreed = index.newest(STUDY, FaceFilter(agreement=frozenset({2})), 9)
        assert {one.face.id: one for one in agreed} == {
            face.id: Found(face, OPINIONS[face.id].perceived, reviewed=True) for face in (changed, faces[5])
        }, "what annotators see stays when a face changes"

    def test_a_face_nobody_labels_any_more_has_its_persons_class_again(self, index, faces):
        index.note_opinion(faces[3].id, None)
        [one] = (one for one in index.newest(STUDY, FaceFilter(), 200) if one.face == faces[3])
        assert one == Found(faces[3], faces[3].answer.label, reviewed=False)

    def test_a_class_that_an_imported_set_alone_gives_is_told_from_annotators(self, backend, index, faces):
        labels, face, other = backend.labels(), faces[2], faces[4]
        labels.add_label(a_label("2", "a set", of_a_set=True), 9, NOON)
        labels.add_label(a_label("4", "ann"), 9, NOON)
        for each in (face, other):
            index.note_opinion(each.id, Opinion(Emotion.SAD, None))

        def alone() -> list[bool]:
            by_id = {one.face.id: one.by_set_alone for one in index.newest(STUDY, FaceFilter(), 200)}
            return [by_id[face.id], by_id[other.id]]

        assert alone() == [True, False]
        labels.add_label(a_label("2", "ann"), 9, NOON)
        assert alone() == [False, False]

    def test_own_labels_are_counted_whatever_annotators_say(self, index, records, faces):
        changed = replace(faces[3], answer=replace(faces[3].answer, label=Emotion.ANGER))
        records.update_face(changed)
        records.delete_face(faces[4].id)
        left = [changed if face is faces[3] else face for face in faces if face is not faces[4]]
        own = [(week_of(face.given_at), face.answer.label) for face in left if face.answer.label is not None]
        assert index.own_labels(STUDY) == Counter(own)
        assert index.own_labels(an_id("nowhere")) == {}

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
