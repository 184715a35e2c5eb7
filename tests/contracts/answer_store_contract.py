"""What every AnswerStore does."""

from dataclasses import replace

import numpy as np
import pytest

from fers.domain.models import ModelRun
from fers.domain.picture import FACTS_ID
from fers.domain.ranges import IdRange

from .samples import NOON, a_face, a_person, an_id

ONE, OTHER = "1" * 64, "2" * 64
RUN = ModelRun(ONE, "fersnet", "1.0.0", 3.5, NOON)


def answer(emotion: int) -> np.ndarray:
    return np.eye(8)[emotion]


class AnswerStoreContract:
    @pytest.fixture
    def records(self, backend):
        records = backend.records()
        records.create_person(a_person("ada"))
        for name in ("first", "second"):
            records.create_face(a_face(name))
        return records

    @pytest.fixture
    def store(self, backend, records):
        return backend.answers()

    def test_answers_come_back_by_face_and_model(self, store):
        said = {an_id("first"): np.array([0.125, 0.875, 0, 0, 0, 0, 0, 0]), an_id("second"): answer(2)}
        store.add_answers(ONE, said)
        store.add_answers(OTHER, {an_id("first"): answer(3)})
        read = dict(store.answers(ONE))
        assert list(read) == sorted(said)
        assert all(np.array_equal(read[face_id], said[face_id]) for face_id in said)
        assert (store.count_answers(ONE), store.count_answers(OTHER), store.count_answers("3" * 64)) == (2, 1, 0)

    def test_what_a_picture_is_like_is_kept_in_the_same_way(self, store, records):
        store.add_answers(FACTS_ID, {an_id("first"): np.array([350.5, 116.25, 55.0])})
        assert dict(store.answers(FACTS_ID))[an_id("first")].tolist() == [350.5, 116.25, 55.0]
        records.delete_face(an_id("first"))
        assert dict(store.answers(FACTS_ID)) == {}

    def test_a_second_answer_replaces_the_first(self, store):
        for emotion in (1, 4):
            store.add_answers(ONE, {an_id("first"): answer(emotion)})
        assert dict(store.answers(ONE))[an_id("first")].argmax() == 4
        assert store.count_answers(ONE) == 1

    def test_nothing_is_kept_about_a_face_that_is_gone(self, store, records):
        store.add_answers(ONE, {an_id("first"): answer(0), an_id("second"): answer(1)})
        records.delete_face(an_id("first"))
        store.add_answers(ONE, {an_id("first"): answer(0)})
        assert [face_id for face_id, _ in store.answers(ONE)] == [an_id("second")]

    def test_a_changed_face_keeps_its_answers(self, store, records):
        store.add_answers(ONE, {an_id("first"): answer(0)})
        records.update_face(replace(a_face("first"), purposes=frozenset()))
        assert store.count_answers(ONE) == 1

    def test_many_answers_are_read_page_by_page(self, store, records):
        names = [f"face {number}" for number in range(30)]
        for name in names:
            records.create_face(a_face(name))
        store.add_answers(ONE, {an_id(name): answer(number % 8) for number, name in enumerate(names)})
        read = store.answers(ONE)
        next(read)
        assert len(list(read)) == 29

    def test_answers_of_a_range_of_ids(self, store):
        first, second = sorted(map(an_id, ("first", "second")))
        store.add_answers(ONE, {first: answer(0), second: answer(1)})
        assert [face_id for face_id, _ in store.answers(ONE, IdRange(to=first))] == [first]
        assert [face_id for face_id, _ in store.answers(ONE, IdRange(after=first))] == [second]

    def test_runs_are_kept_one_a_model(self, store):
        store.save_run(RUN)
        store.save_run(replace(RUN, milliseconds=2.5))
        other = replace(RUN, fingerprint=OTHER, model_id="alexnet")
        store.save_run(other)
        assert sorted(store.runs(), key=lambda run: run.fingerprint) == [replace(RUN, milliseconds=2.5), other]
