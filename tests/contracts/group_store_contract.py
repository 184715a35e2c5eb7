"""What every GroupStore does."""

import pytest

from fers.domain.groups import AgeBand, Gender, SkinTone
from fers.errors import NotFound

from .samples import a_description, a_person, an_id


class GroupStoreContract:
    @pytest.fixture
    def records(self, backend):
        records = backend.records()
        for name in ("ada", "bob"):
            records.create_person(a_person(name))
        return records

    @pytest.fixture
    def store(self, backend, records):
        return backend.groups()

    def test_what_was_said_comes_back_by_person_and_by_study(self, store):
        everything = a_description(gender=Gender.ANOTHER, skin=SkinTone.DARK)
        little, elsewhere = a_description("bob", age=None), a_description(study="other")
        for description in (everything, little, elsewhere):
            store.save_description(description)
        assert store.descriptions_of(an_id("ada")) == sorted((everything, elsewhere), key=lambda one: one.study_id)
        assert list(store.descriptions_in(an_id("faces"))) == sorted(
            (everything, little), key=lambda one: one.person_id
        )

    def test_saying_it_again_replaces_it(self, store):
        for age in (AgeBand.OLDER, None):
            store.save_description(a_description(age=age))
        assert store.descriptions_of(an_id("ada")) == [a_description(age=None)]

    def test_what_is_erased_is_gone_and_erasing_it_again_harmless(self, store):
        store.save_description(a_description())
        store.save_description(a_description(study="other"))
        for _ in range(2):
            store.delete_description(an_id("ada"), an_id("faces"))
        assert store.descriptions_of(an_id("ada")) == [a_description(study="other")]

    def test_deleting_a_person_takes_what_they_said_and_nobody_elses(self, store, records):
        for name in ("ada", "bob"):
            store.save_description(a_description(name))
        records.delete_person(an_id("ada"))
        assert list(store.descriptions_in(an_id("faces"))) == [a_description("bob")]

    def test_nothing_is_kept_of_somebody_who_is_gone(self, store, records):
        records.delete_person(an_id("ada"))
        with pytest.raises(NotFound):
            store.save_description(a_description())
        assert store.descriptions_of(an_id("ada")) == []
