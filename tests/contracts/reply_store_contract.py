"""What every ReplyStore does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fers.domain.questions import Check, CheckKind, Choice, Moment, Outcome, Question, Reply, Words
from fers.errors import NotFound

from .samples import NOON, a_face, an_id
from .two_people import TwoPeople

STUDY = an_id("faces")
A_QUESTION = Question(
    "seen",
    Words("Which animal — 犬 — did you see?", ("A dog", "A cat", "None"), explanation="It barked."),
    Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1, 3}), tries=2), screens_out=frozenset({2})),
    Moment.AFTER,
)


def a_reply(person: str = "ada", **different) -> Reply:
    reply = Reply(an_id(person), STUDY, "seen", "0123456789ab", 1, NOON, NOON + timedelta(days=30))
    return replace(reply, **different)


VALUES = st.one_of(
    st.none(), st.integers(-(2**40), 2**40), st.floats(-1e12, 1e12), st.text(max_size=50), st.just((1, 3)), st.just(())
)


class ReplyStoreContract(TwoPeople):
    @pytest.fixture
    def store(self, backend, records):
        return backend.replies()

    def test_replies_come_back_by_person_and_by_study(self, store):
        everything = a_reply(question="age", value=(1, 2), tries=2, outcome=Outcome.FAILED, shared=True)
        replies = [everything, a_reply(), a_reply("bob"), a_reply(study_id=an_id("other"))]
        for one in ("ada", "bob"):
            store.save_replies([reply for reply in replies if reply.person_id == an_id(one)])
        assert store.replies_of(an_id("ada"), STUDY) == [everything, a_reply()]
        assert sorted(store.all_replies_of(an_id("ada")), key=str) == sorted([*replies[:2], replies[3]], key=str)
        found = list(store.replies_in(STUDY))
        assert sorted(found, key=str) == sorted(replies[:3], key=str)
        assert [reply.person_id for reply in found] in (
            [an_id("bob"), an_id("ada"), an_id("ada")],
            [an_id("ada"), an_id("ada"), an_id("bob")],
        )

    @settings(
        max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
    )
    @given(value=VALUES)
    def test_whatever_is_answered_comes_back_as_it_was_and_takes_the_place_of_what_was(self, store, value):
        store.save_replies([a_reply(value=value)])
        [kept] = store.replies_of(an_id("ada"), STUDY)
        assert (kept.value, type(kept.value)) == (value, type(value))

    def test_a_reply_about_a_photo_goes_with_it_and_none_comes_after_it(self, store, records):
        records.create_face(a_face("face"))
        about = a_reply(face_id=an_id("face"))
        store.save_replies([a_reply(), about])
        assert store.replies_of(an_id("ada"), STUDY) == [a_reply(), about]
        records.delete_face(an_id("face"))
        assert store.replies_of(an_id("ada"), STUDY) == [a_reply()]
        store.save_replies([about])
        assert store.replies_of(an_id("ada"), STUDY) == [a_reply()]

    def test_replies_are_erased_by_study_and_again_harmlessly(self, store):
        elsewhere = a_reply(study_id=an_id("other"))
        store.save_replies([a_reply()])
        store.save_replies([elsewhere])
        store.save_replies([a_reply("bob")])
        for _ in range(2):
            store.delete_replies(an_id("ada"), STUDY)
        assert store.all_replies_of(an_id("ada")) == [elsewhere]
        assert store.all_replies_of(an_id("bob")) == [a_reply("bob")]

    def test_replies_go_at_their_retention_date(self, store):
        later = a_reply(question="later", purge_at=NOON + timedelta(days=31))
        store.save_replies([a_reply(), later])
        assert [store.count_replies(NOON + timedelta(days=days)) for days in (29, 30, 31)] == [0, 1, 2]
        assert store.count_replies() == 2
        assert store.purge_replies(NOON + timedelta(days=29)) == 0
        assert store.purge_replies(NOON + timedelta(days=30)) == 1
        assert store.replies_of(an_id("ada"), STUDY) == [later]
        assert store.count_replies() == 1

    def test_deleting_a_person_takes_their_replies_and_none_comes_after_that(self, store, records):
        for name in ("ada", "bob"):
            store.save_replies([a_reply(name)])
        records.delete_person(an_id("ada"))
        assert list(store.replies_in(STUDY)) == [a_reply("bob")]
        with pytest.raises(NotFound):
            store.save_replies([a_reply()])
