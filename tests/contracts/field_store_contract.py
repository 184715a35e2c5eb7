"""What every FieldStore does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Challenger, Prediction, Source, Unscored, UnscoredReason
from fers.domain.field import Entrant, GuessSums, Match, RankCount, ShadowAnswer, ShadowChoice, Trial, VersionSums
from fers.errors import AlreadyExists

from .samples import NOON, a_face, a_person, an_id

TRIAL = Trial(an_id("trial"), (Entrant("fersnet", "1", "1" * 64), Entrant("alexnet", "2", "2" * 64)), NOON)
TESTABLE = frozenset({Purpose.STORE, Purpose.TRAIN})
WEEK = date(2026, 4, 27)
ONE = "1" * 64


def saying(model: str, emotion: Emotion, share: float = 0.93) -> Prediction:
    rest = (1 - share) / 7
    return Prediction(model, "1", tuple(share if e is emotion else rest for e in Emotion), NOON, 0.5)


def a_match(name: str, label=Emotion.HAPPY, before=True, **different):
    """A face whose person met "fersnet", which said happy, while "alexnet" said sad."""
    challenger = Challenger(TRIAL.id, saying("alexnet", Emotion.SAD))
    answer = Answer(label, before)
    face = a_face(
        name, purposes=TESTABLE, prediction=saying("fersnet", Emotion.HAPPY), challenger=challenger, answer=answer
    )
    return replace(face, **different)


SLOW = Unscored(TRIAL.id, "alexnet", UnscoredReason.SLOW)


def a_miss(name: str, unscored: Unscored = SLOW, **different):
    """A face on which two models should have been compared, and were not."""
    return a_match(name, challenger=None, unscored=unscored, **different)


HAPPY = Match(TRIAL.id, "fersnet", "alexnet", True, True, False, 1)
SAD = replace(HAPPY, shown_right=False, challenger_right=True, closer=-1)


class FieldStoreContract:
    @pytest.fixture
    def records(self, backend):
        records = backend.records()
        records.create_person(a_person("ada"))
        return records

    @pytest.fixture
    def store(self, backend, records):
        return backend.field()

    def test_trials_come_newest_first_and_end_once(self, backend, store):
        assert store.trials(5) == []
        later = replace(TRIAL, id=an_id("later"), started_at=NOON + timedelta(days=1))
        store.add_trial(TRIAL)
        store.add_trial(later)
        with pytest.raises(AlreadyExists):
            store.add_trial(TRIAL)
        for hours in (1, 2):
            store.end_trial(TRIAL.id, NOON + timedelta(hours=hours))
        store.end_trial(an_id("none"), NOON)
        assert backend.field().trials(5) == [later, replace(TRIAL, ended_at=NOON + timedelta(hours=1))]
        assert store.trials(1) == [later]

    def test_matches_are_counted_by_what_they_say(self, store, records):
        for number in range(3):
            records.create_face(a_match(f"happy {number}"))
        records.create_face(a_match("sad", Emotion.SAD))
        records.create_face(a_match("after", before=False))
        records.create_face(a_match("can't tell", None))
        records.create_face(a_match("not for tests", purposes=frozenset({Purpose.STORE})))
        records.create_face(a_face("no trial"))
        assert store.matches(TRIAL.id) == {HAPPY: 3, SAD: 1, replace(HAPPY, before=False): 1}
        assert store.matches(an_id("another")) == {}

    def test_counts_follow_withdrawals_and_narrowed_consent(self, store, records):
        for name in ("first", "second", "third"):
            records.create_face(a_match(name))
        records.delete_face(an_id("first"))
        records.delete_face(an_id("first"))
        records.update_face(a_match("second"))
        assert store.matches(TRIAL.id) == {HAPPY: 2}
        records.update_face(a_match("second", purposes=frozenset({Purpose.STORE})))
        assert store.matches(TRIAL.id) == {HAPPY: 1}
        assert records.face(an_id("third")).challenger == a_match("third").challenger
        [sums] = store.guesses(an_id("faces"))
        assert sums.faces == 2
        for name in ("second", "third"):
            records.delete_face(an_id(name))
        assert (store.matches(TRIAL.id), store.guesses(an_id("faces"))) == ({}, [])

    def test_comparisons_that_were_not_made_are_counted_while_their_faces_may_be_tested_on(self, store, records):
        failed, elsewhere = replace(SLOW, why=UnscoredReason.FAILED), replace(SLOW, trial_id=an_id("another"))
        for name, unscored in (("1", SLOW), ("2", SLOW), ("3", SLOW), ("4", failed), ("5", elsewhere)):
            records.create_face(a_miss(name, unscored))
        records.create_face(a_miss("6", label=None))
        records.create_face(a_match("made"))
        assert store.unscored(TRIAL.id) == {SLOW: 3, failed: 1}
        assert store.matches(TRIAL.id) == {HAPPY: 1}
        records.update_face(a_miss("1"))
        records.update_face(a_miss("2", purposes=frozenset({Purpose.STORE})))
        for _ in range(2):
            records.delete_face(an_id("4"))
        assert store.unscored(TRIAL.id) == {SLOW: 2}
        assert store.unscored(an_id("none")) == {}

    def test_guesses_are_summed_by_study_week_and_model(self, store, records):
        records.create_face(a_match("sure"))
        records.create_face(a_match("wrong", Emotion.SAD))
        unsure = saying("fersnet", Emotion.HAPPY, 0.25)
        records.create_face(a_match("unsure", None, prediction=unsure))
        records.create_face(a_match("next week", given_at=NOON + timedelta(weeks=1)))
        records.create_face(a_match("another model", prediction=saying("alexnet", Emotion.HAPPY)))
        records.create_face(a_match("another study", study_id=an_id("another")))
        records.create_face(a_match("imported", source=Source.IMPORT))
        other, first, following = store.guesses(an_id("faces"))
        assert first == GuessSums(
            WEEK, "fersnet 1", 3, pytest.approx(2.11), pytest.approx(1.7923), unsure=1, labelled=2, agreed=1
        )
        assert (other.week, other.model, other.faces) == (WEEK, "alexnet 1", 1)
        assert (following.week, following.faces) == (WEEK + timedelta(weeks=1), 1)

    def test_choices_of_shadows_come_newest_first(self, backend, store):
        assert store.shadow_choices(5) == []
        choices = [ShadowChoice(names, NOON) for names in (("a", "b"), (), ("b",))]
        for choice in choices:
            store.choose_shadows(choice)
        assert backend.field().shadow_choices(5) == choices[::-1]
        assert store.shadow_choices(1) == choices[-1:]

    def test_each_face_is_counted_once_for_a_model_that_answers_in_the_background(self, store, records):
        for name in ("first", "second"):
            records.create_face(a_match(name))
        answers = [ShadowAnswer(an_id(name), WEEK, rank) for name, rank in (("first", 1), ("second", 3))]
        for _ in range(2):
            store.note_shadow_answers(ONE, [*answers, ShadowAnswer(an_id("gone"), WEEK, 1)])
        store.note_shadow_answers("2" * 64, answers[:1])
        assert store.ranks(ONE) == [RankCount(WEEK, 1, 1), RankCount(WEEK, 3, 1)]
        assert store.ranks("2" * 64) == [RankCount(WEEK, 1, 1)]
        assert list(store.shadow_answers(ONE)) == sorted(answers, key=lambda answer: answer.face_id)
        assert store.noted(ONE, [an_id(name) for name in ("first", "second", "gone")]) == {
            an_id("first"),
            an_id("second"),
        }

    def test_what_is_noted_goes_with_the_face_and_with_the_leave_to_test_on_it(self, store, records):
        for name in ("first", "second", "third"):
            records.create_face(a_match(name))
        answers = [ShadowAnswer(an_id(name), WEEK, 1) for name in ("first", "second", "third")]
        store.note_shadow_answers(ONE, answers)
        records.delete_face(an_id("first"))
        records.update_face(a_match("second", purposes=frozenset({Purpose.STORE})))
        store.note_shadow_answers(ONE, answers)
        assert store.ranks(ONE) == [RankCount(WEEK, 1, 1)]
        assert store.noted(ONE, [an_id("first"), an_id("second")]) == set()

    def test_how_far_a_model_has_come_is_kept(self, backend, store):
        assert store.reached() == {}
        for hours in (1, 2):
            store.note_reached(ONE, NOON + timedelta(hours=hours))
        assert backend.field().reached() == {ONE: NOON + timedelta(hours=2)}

    def test_what_a_version_comes_to_is_kept(self, backend, store):
        assert store.version_sums("v") is None
        sums = VersionSums("v", 9, 8, (1, 2, 3, 0, 0, 0, 0, 1), 6.5, 4.5, 5, 3, 2)
        for faces in (10, 9):
            store.keep_version_sums(replace(sums, faces=faces))
        assert backend.field().version_sums("v") == sums
