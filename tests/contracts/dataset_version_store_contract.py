"""What every SnapshotStore does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.ranges import IdRange
from fers.domain.studies import Translated, Translation
from fers.domain.versions import SHARED, ConsensusRule, FrozenReply, Portion, Split
from fers.errors import AlreadyExists

from .reply_store_contract import A_QUESTION
from .samples import NOON, SEEN_LIVE, a_face, a_person, a_version, an_entry, an_id


class DatasetVersionStoreContract:
    @pytest.fixture
    def records(self, backend):
        records = backend.records()
        records.create_person(a_person("ada"))
        for name in ("first", "second"):
            records.create_face(a_face(name, purposes=SHARED))
        return records

    @pytest.fixture
    def store(self, backend, records):
        store = backend.versions()
        store.create_version(a_version(), [an_entry("first"), an_entry("second", split=Split.TEST)])
        return store

    def test_a_version_comes_back_as_it_was(self, store):
        expected = sorted([an_entry("first"), an_entry("second", split=Split.TEST)], key=lambda entry: entry.face_id)
        assert store.version(a_version().id) == a_version()
        assert list(store.entries(a_version().id)) == expected
        assert list(store.entries(a_version().id, Split.TEST)) == [an_entry("second", split=Split.TEST)]
        assert store.count_entries(a_version().id) == 2

    @pytest.mark.parametrize(
        "chosen",
        [
            FaceFilter(labels=frozenset({None, Emotion.SAD, Emotion.NEUTRAL}), disputed=False),
            FaceFilter(sources=frozenset(Source), confidence=frozenset({0, 3}), agreement=frozenset({2})),
            FaceFilter(since=date(2026, 4, 15), until=date(2026, 4, 28), disputed=True),
        ],
    )
    def test_what_was_chosen_and_how_votes_count_come_back(self, store, chosen):
        later = NOON + timedelta(days=1)
        version = a_version("v2", created_at=later, chosen=chosen, consensus=ConsensusRule.DAWID_SKENE)
        store.create_version(version, [an_entry("first")])
        assert store.version(version.id) == version
        assert store.of_study(version.study_id) == [version, a_version()]

    def test_what_it_is_made_of_comes_back(self, store):
        portions = (Portion(None, 20, 7), Portion("9" * 64, 4, 4))
        version = a_version("v2", portions=portions)
        store.create_version(version, [an_entry("first")])
        assert store.version(version.id) == version

    def test_what_people_answered_comes_back_with_the_questions_and_the_study_they_are_of(self, store):
        replies = tuple(FrozenReply("seen", "0123456789ab", value, value == 2) for value in (2, 1.5, "犬", (1, 3)))
        entry = an_entry("first", replies=replies)
        said = {"language": "de", "translations": (Translation("zh", (Translated("Welches?", "哪个?"),)),)}
        version = a_version("v2", id="8" * 64, study_file="# A study\n", questions=(A_QUESTION,), **said)
        store.create_version(version, [entry])
        assert store.version(version.id) == version
        assert list(store.entries(version.id)) == [entry]

    def test_what_the_live_page_said_comes_back_too(self, store):
        entry = an_entry("first", live=SEEN_LIVE)
        store.create_version(a_version("v2", id="8" * 64), [entry])
        assert list(store.entries("8" * 64)) == [entry]

    def test_a_version_can_be_read_in_ranges_of_face_ids(self, store):
        first, second = sorted(map(an_id, ("first", "second")))
        assert [entry.face_id for entry in store.entries(a_version().id, among=IdRange(to=first))] == [first]
        assert [entry.face_id for entry in store.entries(a_version().id, among=IdRange(after=first))] == [second]

    def test_what_is_not_there_is_empty(self, store):
        assert store.version("0" * 64) is None
        assert list(store.entries("0" * 64)) == []
        assert store.count_entries("0" * 64) == 0
        assert store.of_study("another study") == []

    def test_a_version_is_never_replaced(self, store):
        for taken in (a_version(name="v2", id=a_version().id), a_version(id="5" * 64)):
            with pytest.raises(AlreadyExists):
                store.create_version(taken, [])
        assert store.count_entries(a_version().id) == 2

    def test_versions_are_listed_newest_first_study_by_study(self, store):
        later = a_version("v2", created_at=NOON + timedelta(days=1))
        elsewhere = a_version(study_id="another", id="7" * 64)
        for version in (later, elsewhere):
            store.create_version(version, [])
        assert store.of_study(an_id("faces")) == [later, a_version()]
        assert store.of_study("another") == [elsewhere]

    def test_a_withdrawn_face_leaves_every_version(self, store, records):
        store.create_version(a_version("v2"), [an_entry("first")])
        records.delete_face(an_id("first"))
        assert [entry.face_id for entry in store.entries(a_version().id)] == [an_id("second")]
        assert store.count_entries(a_version("v2").id) == 0
        assert store.version(a_version().id) == a_version()

    @pytest.mark.parametrize("purpose", sorted(SHARED))
    def test_a_face_that_may_no_longer_be_shared_leaves_too(self, store, records, purpose):
        records.update_face(replace(a_face("first"), purposes=SHARED | {Purpose.STORE}))
        assert store.count_entries(a_version().id) == 2
        records.update_face(replace(a_face("first"), purposes=SHARED - {purpose}))
        assert [entry.face_id for entry in store.entries(a_version().id)] == [an_id("second")]

    def test_faces_that_went_meanwhile_are_not_frozen(self, store):
        store.create_version(a_version("v2"), [an_entry("first"), an_entry("gone")])
        assert [entry.face_id for entry in store.entries(a_version("v2").id)] == [an_id("first")]

    @pytest.mark.parametrize("purpose", sorted(SHARED))
    def test_faces_that_may_no_longer_be_shared_are_not_frozen(self, store, records, purpose):
        records.update_face(replace(a_face("first"), purposes=SHARED - {purpose}))
        store.create_version(a_version("v2"), [an_entry("first"), an_entry("second")])
        assert [entry.face_id for entry in store.entries(a_version("v2").id)] == [an_id("second")]

    def test_crops_come_back_as_their_encoder_made_them(self, store):
        store.keep_crops({an_id("first"): b"one" * 10_000, an_id("second"): b"two"}, "encoder 1")
        store.keep_crops({an_id("second"): b"three"}, "encoder 2")
        assert store.crop(an_id("first"), "encoder 1") == b"one" * 10_000
        assert store.crop(an_id("second"), "encoder 2") == b"three"
        assert store.crop(an_id("second"), "encoder 1") is None
        assert store.crop(an_id("never kept"), "encoder 1") is None

    @pytest.mark.parametrize("purpose", sorted(SHARED))
    def test_crops_go_with_their_faces_and_with_the_right_to_share_them(self, store, records, purpose):
        store.keep_crops({an_id("first"): b"one", an_id("second"): b"two"}, "encoder")
        records.delete_face(an_id("first"))
        assert store.crop(an_id("first"), "encoder") is None
        assert store.crop(an_id("second"), "encoder") == b"two"
        records.update_face(replace(a_face("second"), purposes=SHARED - {purpose}))
        assert store.crop(an_id("second"), "encoder") is None

    def test_crops_of_faces_that_went_meanwhile_are_not_kept(self, store, records):
        records.create_face(a_face("narrowed", purposes=SHARED - {Purpose.PUBLISH}))
        store.keep_crops({an_id(name): b"it" for name in ("gone", "first", "narrowed")}, "encoder")
        kept = [name for name in ("gone", "first", "narrowed") if store.crop(an_id(name), "encoder")]
        assert kept == ["first"]

    def test_what_is_lost_is_noted_until_it_is_there_again(self, store, backend):
        for name in ("second", "first", "first", "gone"):
            store.note_lost(an_id(name))
        assert backend.versions().lost() == sorted([an_id("first"), an_id("second")])
        for _ in range(2):
            store.note_lost(an_id("first"), lost=False)
        assert backend.versions().lost() == [an_id("second")]

    @pytest.mark.parametrize("purpose", sorted(SHARED))
    def test_what_is_noted_goes_with_its_face_and_with_the_right_to_share_it(self, store, records, purpose):
        for name in ("first", "second"):
            store.note_lost(an_id(name))
        records.delete_face(an_id("first"))
        assert store.lost() == [an_id("second")]
        records.update_face(replace(a_face("second"), purposes=SHARED - {purpose}))
        assert store.lost() == []

    def test_a_version_whose_entries_fail_is_not_there(self, store):
        def entries():
            yield an_entry("first")
            raise RuntimeError("the disk is gone")

        with pytest.raises(RuntimeError):
            store.create_version(a_version("v2"), entries())
        assert store.version(a_version("v2").id) is None
        store.create_version(a_version("v2"), [an_entry("second")])
        assert list(store.entries(a_version("v2").id)) == [an_entry("second")]

    def test_many_entries_are_read_page_by_page(self, store, records):
        names = [f"face {number}" for number in range(30)]
        for name in names:
            records.create_face(a_face(name, purposes=SHARED))
        store.create_version(a_version("v2"), map(an_entry, names))
        reading = store.entries(a_version("v2").id)
        next(reading)
        assert len(list(reading)) == 29
