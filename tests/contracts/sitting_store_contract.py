"""What every SittingStore does."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.groups import AgeBand
from fers.domain.protocols import Outcome, Place, Quota, Sitting, Step, Task
from fers.errors import NotFound

from .samples import NOON, a_description, a_face, a_person, an_id
from .two_people import TwoPeople

STUDY = an_id("faces")
SOON = NOON + timedelta(minutes=10)
YOUNG = ("Age", AgeBand.UNDER_30.value)
FEAR = Place(Emotion.FEAR)
TWENTY = [f"person {number}" for number in range(20)]


def a_sitting(person: str = "ada", **different) -> Sitting:
    steps = (
        Step(Task(Emotion.FEAR, "A dog — 犬 — barks.", Display.POSED), Outcome.GIVEN, an_id("face")),
        Step(Task(Emotion.HAPPY), Outcome.SKIPPED),
        Step(Task(Emotion.SAD)),
    )
    return replace(Sitting(an_id(person), STUDY, "a protocol", steps, 3, held=2, held_until=SOON), **different)


def save(store, sitting: Sitting) -> None:
    store.change(sitting.person_id, sitting.study_id, lambda _: sitting)


class SittingStoreContract(TwoPeople):
    @pytest.fixture
    def store(self, backend, records):
        return backend.sittings()

    def test_a_sitting_comes_back_as_it_was_saved_last(self, store):
        elsewhere = a_sitting(study_id=an_id("other"), held=None, held_until=None)
        for sitting in (a_sitting(length=1), a_sitting(), elsewhere, a_sitting("bob")):
            save(store, sitting)
        assert store.sitting(an_id("ada"), STUDY) == a_sitting()
        assert sorted(store.sittings_of(an_id("ada")), key=lambda one: one.length * (one != elsewhere)) == [
            elsewhere,
            a_sitting(),
        ]
        assert store.sitting(an_id("bob"), an_id("other")) is None

    def test_a_change_says_what_was_before_and_after_and_may_change_nothing(self, store):
        ada = an_id("ada"), STUDY
        assert store.change(*ada, lambda known: known) == (None, None)
        assert store.change(*ada, lambda known: known or a_sitting()) == (None, a_sitting())
        assert store.change(*ada, lambda known: known or a_sitting(held=1)) == (a_sitting(), a_sitting())
        assert store.change(*ada, lambda known: replace(known, held=1)) == (a_sitting(), a_sitting(held=1))
        assert store.sitting(*ada) == a_sitting(held=1)

    def test_of_windows_that_change_a_sitting_at_once_each_sees_what_the_others_did(self, store):
        ada = an_id("ada"), STUDY

        def one_more(known: Sitting | None) -> Sitting:
            return replace(known, length=known.length + 1) if known else a_sitting(length=1)

        with ThreadPoolExecutor(8) as threads:
            changes = list(threads.map(lambda _: store.change(*ada, one_more), range(8)))
        assert sorted(after.length for _, after in changes) == list(range(1, 9))
        assert [before for before, after in changes if after.length == 1] == [None]
        assert store.sitting(*ada).length == 8

    def test_a_place_is_kept_until_it_is_given_back_or_its_time_is_over(self, store):
        one = [Quota(Emotion.FEAR, 1)]

        def comes(name: str, now=NOON) -> bool:
            return store.reserve(STUDY, an_id(name), FEAR, one, now, now + timedelta(minutes=10))

        assert (comes("ada"), comes("bob"), comes("ada")) == (True, False, True)
        assert store.held(STUDY, NOON) == {FEAR: 1}
        store.release(STUDY, an_id("ada"), Emotion.FEAR)
        store.release(STUDY, an_id("ada"), Emotion.SAD)
        assert (comes("bob"), comes("ada")) == (True, False)
        assert store.held(STUDY, SOON) == {}
        assert (comes("ada", SOON), comes("bob", SOON)) == (True, False)

    def test_another_expression_and_another_study_have_places_of_their_own(self, store):
        quotas = [Quota(emotion, 1) for emotion in (Emotion.FEAR, Emotion.SAD)]
        for study, emotion in ((STUDY, Emotion.FEAR), (STUDY, Emotion.SAD), (an_id("other"), Emotion.FEAR)):
            its_own = [quota for quota in quotas if quota.intended is emotion]
            assert store.reserve(study, an_id("ada"), Place(emotion), its_own, NOON, SOON)
        assert store.held(STUDY, NOON) == {FEAR: 1, Place(Emotion.SAD): 1}

    def test_what_is_given_is_counted_with_the_faces_as_they_come_change_and_go(self, store, records, backend):
        records.create_face(a_face("free"))
        records.create_face(a_face("asked", intended=Emotion.FEAR))
        records.create_face(a_face("bob's", person="bob", intended=Emotion.FEAR))
        assert store.given(STUDY) == {FEAR: 2}
        backend.groups().save_description(a_description())
        young = Place(Emotion.FEAR, frozenset({YOUNG}))
        assert store.given(STUDY) == {FEAR: 1, young: 1}
        records.update_face(replace(a_face("asked", intended=Emotion.FEAR), purposes=frozenset()))
        assert store.given(STUDY) == {FEAR: 1, young: 1}
        assert not store.reserve(STUDY, an_id("ada"), FEAR, [Quota(Emotion.FEAR, 2)], NOON, SOON)
        assert store.reserve(STUDY, an_id("ada"), FEAR, [Quota(Emotion.FEAR, 3)], NOON, SOON)
        for face in ("asked", "bob's"):
            records.delete_face(an_id(face))
        assert store.given(STUDY) == {}

    def test_a_place_must_fit_into_the_quota_of_its_group_as_well(self, store):
        young, of_young = Place(Emotion.FEAR, frozenset({YOUNG})), Quota(Emotion.FEAR, 1, YOUNG)
        quotas = [Quota(Emotion.FEAR, 2), of_young]
        assert store.reserve(STUDY, an_id("ada"), young, quotas, NOON, SOON)
        assert not store.reserve(STUDY, an_id("bob"), young, quotas, NOON, SOON)
        assert store.reserve(STUDY, an_id("bob"), FEAR, quotas[:1], NOON, SOON)
        assert store.held(STUDY, NOON) == {FEAR: 1, young: 1}

    def test_of_twenty_who_come_at_once_as_many_get_a_place_as_there_are(self, store, records):
        for name in TWENTY:
            records.create_person(a_person(name))
        quotas = [Quota(Emotion.FEAR, 7)]
        with ThreadPoolExecutor(20) as threads:
            got = list(threads.map(lambda name: store.reserve(STUDY, an_id(name), FEAR, quotas, NOON, SOON), TWENTY))
        assert got.count(True) == 7
        assert store.held(STUDY, NOON) == {FEAR: 7}

    def test_twenty_who_give_and_leave_at_once_fill_a_quota_and_no_more(self, store, records):
        for name in TWENTY:
            records.create_person(a_person(name))
        quotas = [Quota(Emotion.FEAR, 9)]

        def come(visit: str) -> None:
            """Every third one leaves; the others give a face."""
            name, _, _ = visit.partition(",")
            if store.reserve(STUDY, an_id(name), FEAR, quotas, NOON, SOON):
                if not name.endswith(("0", "3", "6", "9")):
                    records.create_face(a_face(visit, person=name, intended=Emotion.FEAR))
                store.release(STUDY, an_id(name), Emotion.FEAR)

        with ThreadPoolExecutor(20) as threads:
            list(threads.map(come, TWENTY))
        for name in TWENTY:  # Whoever was told "full" while others were about to leave comes once more.
            come(f"{name}, again")
        assert store.given(STUDY) == {FEAR: 9}
        assert store.held(STUDY, NOON) == {}

    def test_what_happens_is_counted_by_everybody_at_once(self, store):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: store.count(STUDY, f"skipped_{number % 2}"), range(12)))
        store.count(STUDY, "skipped_1", 2)
        store.count(an_id("other"), "begun")
        assert store.counted(STUDY) == Counter(skipped_0=6, skipped_1=8)

    def test_deleting_a_person_takes_their_sittings_and_gives_their_places_back(self, store, records):
        for name in ("ada", "bob"):
            save(store, a_sitting(name))
            store.reserve(STUDY, an_id(name), FEAR, [], NOON, SOON)
        records.delete_person(an_id("ada"))
        assert store.sittings_of(an_id("ada")) == []
        assert store.sittings_of(an_id("bob")) == [a_sitting("bob")]
        assert store.held(STUDY, NOON) == {FEAR: 1}
        with pytest.raises(NotFound):
            save(store, a_sitting())
        with pytest.raises(NotFound):
            store.reserve(STUDY, an_id("ada"), FEAR, [], NOON, SOON)
        assert store.held(STUDY, NOON) == {FEAR: 1}
