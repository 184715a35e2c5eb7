"""What every GroupStore does."""

from dataclasses import replace

import pytest

from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.groups import AgeBand, Gender, SkinTone
from fers.domain.labels import Opinion
from fers.errors import NotFound

from .samples import a_description, a_face, an_id
from .two_people import TwoPeople


class GroupStoreContract(TwoPeople):
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

    def test_people_are_counted_by_what_they_say_now(self, store, records):
        for name in ("ada", "bob"):
            store.save_description(a_description(name, age=AgeBand.OLDER, skin=SkinTone.DARK))
        store.save_description(a_description(study="other"))
        store.save_description(a_description("bob", age=AgeBand.OLDER, gender=Gender.MAN))
        older = ("Age", AgeBand.OLDER.value)
        assert store.sizes(an_id("faces")) == {older: 2, ("Skin tone", "Monk 7 to 10"): 1, ("Gender", "man"): 1}
        store.delete_description(an_id("bob"), an_id("faces"))
        assert store.sizes(an_id("faces")) == {older: 1, ("Skin tone", "Monk 7 to 10"): 1}
        records.delete_person(an_id("ada"))
        assert store.sizes(an_id("faces")) == {}

    def test_faces_are_found_by_what_their_people_say_now(self, store, records, backend):
        index, old, young = backend.face_index(), ("Age", AgeBand.OLDER.value), ("Age", AgeBand.UNDER_30.value)

        def found(group, **wanted) -> set[str]:
            filtered = FaceFilter(group=group, **wanted)
            faces = {found.face.id for found in index.newest(an_id("faces"), filtered, 9)}
            assert sum(count.count for count in index.counts(an_id("faces"), filtered)) == len(faces)
            return faces

        records.create_face(a_face("before"))
        records.create_face(a_face("bob's", person="bob"))
        store.save_description(a_description(age=AgeBand.OLDER, gender=Gender.WOMAN))
        records.create_face(a_face("after", source=Source.UPLOAD))
        records.create_face(a_face("elsewhere", study_id=an_id("other")))
        hers = {an_id("before"), an_id("after")}
        assert found(old) == found(("Gender", "woman")) == hers
        assert found(old, sources=frozenset({Source.UPLOAD})) == {an_id("after")}
        index.note_opinion(an_id("before"), Opinion(Emotion.SAD, 1.0))
        records.update_face(replace(a_face("before"), purposes=frozenset()))
        assert found(old, agreement=frozenset({3})) == {an_id("before")}
        store.save_description(a_description(age=AgeBand.UNDER_30))
        assert (found(old), found(young), found(("Gender", "woman"))) == (set(), hers, set())
        records.delete_face(an_id("before"))
        assert found(young) == {an_id("after")}
        store.delete_description(an_id("ada"), an_id("faces"))
        assert found(young) == set()
        assert sum(count.count for count in index.counts(an_id("faces"), FaceFilter())) == 2

    def test_nothing_is_kept_of_somebody_who_is_gone(self, store, records):
        records.delete_person(an_id("ada"))
        with pytest.raises(NotFound):
            store.save_description(a_description())
        assert store.descriptions_of(an_id("ada")) == []
