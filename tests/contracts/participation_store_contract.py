"""What every ParticipationStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fers.domain.recruiting import Participation, Status
from fers.errors import NotFound

from .samples import NOON, an_id
from .two_people import TwoPeople

STUDY = an_id("faces")


def a_participation(panel_id: str = "5f2a", **different) -> Participation:
    came = ((Status.CAME, NOON), (Status.IN_PROGRESS, NOON))
    return replace(Participation(an_id(panel_id), STUDY, panel_id, an_id("ada"), came, given=2, kept=1), **different)


class ParticipationStoreContract(TwoPeople):
    @pytest.fixture
    def store(self, backend, records):
        return backend.participations()

    def test_one_comes_back_by_its_panel_id_its_person_and_its_study(self, store):
        own, elsewhere = a_participation(), a_participation(id=an_id("else"), study_id=an_id("other"))
        gone = a_participation("A.b:c_d-9", person_id=None)
        for one in (own, elsewhere, gone):
            assert store.add(one) == one
        assert store.participation(STUDY, "5f2a") == own
        assert store.participation(STUDY, "A.b:c_d-9") == gone
        assert store.participation(STUDY, "5F2A") is None
        assert store.participations_of(an_id("ada")) == sorted([own, elsewhere], key=lambda one: one.study_id)
        assert list(store.participations_in(STUDY)) == sorted([own, gone], key=lambda one: one.id)

    def test_a_study_knows_each_panel_id_once(self, store):
        store.add(a_participation())
        assert store.add(a_participation(id=an_id("another"), person_id=an_id("bob"))) == a_participation()
        assert store.participations_of(an_id("bob")) == []

    def test_of_many_who_come_at_once_with_one_id_all_are_told_of_the_same(self, store):
        tabs = [a_participation(id=an_id(f"tab {number}")) for number in range(8)]
        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(store.add, tabs))
        [kept] = store.participations_in(STUDY)
        assert set(told) == {kept}

    def test_nobody_comes_without_an_account(self, store):
        with pytest.raises(NotFound):
            store.add(a_participation(person_id=an_id("nobody")))
        assert store.participation(STUDY, "5f2a") is None

    def test_what_changes_at_once_is_all_there(self, store):
        store.add(a_participation(given=0))
        with ThreadPoolExecutor(4) as threads:
            changes = [threads.submit(store.change, STUDY, "5f2a", one_more) for _ in range(8)]
        assert sorted(change.result().given for change in changes) == list(range(1, 9))
        assert store.participation(STUDY, "5f2a") == a_participation(given=8)
        assert store.change(STUDY, "5f2a", lambda known: known) == a_participation(given=8)
        assert store.change(STUDY, "nobody", one_more) is None

    def test_deleting_a_person_leaves_theirs_without_a_person(self, store, records):
        store.add(a_participation())
        records.delete_person(an_id("ada"))
        assert list(store.participations_in(STUDY)) == [a_participation(person_id=None)]
        assert store.participations_of(an_id("ada")) == []

    def test_what_is_erased_is_gone_and_the_id_can_come_again(self, store):
        for one in (a_participation(), a_participation("other")):
            store.add(one)
        assert store.erase(an_id("another study"), [an_id("5f2a")]) == 0
        assert store.erase(STUDY, [an_id("5f2a"), an_id("nobody")]) == 1
        assert store.erase(STUDY, [an_id("5f2a")]) == 0
        assert [one.panel_id for one in store.participations_in(STUDY)] == ["other"]
        again = a_participation(id=an_id("again"))
        assert store.add(again) == again


def one_more(known: Participation) -> Participation:
    return replace(known, given=known.given + 1)
