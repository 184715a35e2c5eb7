"""Whatever is given as an answer is kept as the question takes it, or refused with a reason."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fers.domain.emotions import Emotion
from fers.domain.protocols import Protocol, Task
from fers.domain.question_rules import check_questions
from fers.domain.questions import (
    Check,
    CheckKind,
    Choice,
    Likert,
    Moment,
    Number,
    Outcome,
    Question,
    ShortText,
    Words,
    after_tasks,
    answered,
    in_words,
    outcome_of,
    pages,
)
from fers.errors import InvalidInput

ANIMAL = Question("animal", Words("Which one?", ("Dog", "Cat", "Cow")), Choice())
ANIMALS = replace(ANIMAL, kind=Choice(several=True))
MOOD = Question("mood", Words("How do you feel?", low="bad", high="good"), Likert(7))
AGE = Question("age", Words("How old are you?"), Number(18, 99))
WHY = Question("why", Words("Why?"), ShortText(20))
EVERY_KIND = [ANIMAL, ANIMALS, MOOD, AGE, WHY]
TASK = Task(Emotion.FEAR, "A dog barks.")
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.lists(st.integers(-1, 5)).map(tuple),
    st.binary(max_size=3),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)


def refused(question: Question, given: object) -> str:
    with pytest.raises(InvalidInput) as refusal:
        answered(question, given)
    assert question.words.text in str(refusal.value)
    return refusal.value.code


@pytest.mark.parametrize("question", EVERY_KIND, ids=lambda question: question.name)
@given(given=ANYTHING)
def test_anything_is_kept_as_the_question_takes_it_or_refused(question, given):
    try:
        value = answered(question, given)
    except InvalidInput:
        return
    assert answered(question, value) == value, "an answer that is taken is taken again"
    assert in_words(question, value)


@pytest.mark.parametrize("question", EVERY_KIND, ids=lambda question: question.name)
@pytest.mark.parametrize("nothing", [None, "", "  ", (), []], ids=repr)
def test_nothing_is_an_answer_to_optional_questions_alone(question, nothing):
    assert refused(question, nothing) == "question.missing"
    assert answered(replace(question, optional=True), nothing) is None


@given(number=st.integers())
def test_a_choice_and_a_scale_take_the_numbers_they_have(number):
    for question, most in ((ANIMAL, 3), (MOOD, 7)):
        if 1 <= number <= most:
            assert answered(question, number) == number
        else:
            assert refused(question, number) == "question.no-such-answer"


@given(chosen=st.lists(st.integers(1, 3), min_size=1))
def test_of_several_answers_each_counts_once_in_the_listed_order(chosen):
    assert answered(ANIMALS, tuple(chosen)) == tuple(sorted(set(chosen)))


@given(number=st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_in_its_range_and_whole_where_it_must_be(number):
    if not math.isfinite(number):
        assert refused(AGE, number) == "question.no-number"
    elif number != int(number):
        assert refused(AGE, number) == "question.not-whole"
        if abs(number) <= 1e15:
            assert answered(replace(AGE, kind=Number(whole=False)), number) == number
    elif number < 18:
        assert refused(AGE, number) == "question.too-small"
    elif number > 99:
        assert refused(AGE, number) == "question.too-large"
    else:
        assert answered(AGE, number) == number


@given(text=st.text(max_size=40))
def test_a_text_is_kept_without_the_space_around_it_and_not_too_long(text):
    assume(text.strip())
    if len(text.strip()) <= 20:
        assert answered(WHY, text) == text.strip()
    else:
        assert refused(WHY, text) == "question.text-too-long"


def checked(kind: CheckKind, *right: int, several: bool = False, tries: int = 1) -> Question:
    return replace(ANIMAL, kind=Choice(several, Check(kind, frozenset(right), tries)))


def test_a_comprehension_check_can_be_tried_again_and_one_of_attention_cannot():
    comprehension = checked(CheckKind.COMPREHENSION, 1, 3, tries=3)
    assert [outcome_of(comprehension, 2, tries) for tries in (1, 2, 3)] == [
        Outcome.WRONG,
        Outcome.WRONG,
        Outcome.FAILED,
    ]
    assert {outcome_of(comprehension, right, 3) for right in (1, 3)} == {Outcome.PASSED}
    assert outcome_of(checked(CheckKind.ATTENTION, 2), 1, 1) is Outcome.FAILED


@given(chosen=st.sets(st.integers(1, 3), min_size=1))
def test_where_several_are_right_all_of_them_and_no_other_must_be_chosen(chosen):
    question = checked(CheckKind.ATTENTION, 1, 2, several=True)
    wanted = Outcome.PASSED if chosen == {1, 2} else Outcome.FAILED
    assert outcome_of(question, answered(question, tuple(chosen)), 1) is wanted


def test_an_answer_that_screens_out_does_so_though_it_is_right():
    question = replace(ANIMAL, kind=Choice(screens_out=frozenset({2})))
    assert (outcome_of(question, 2, 1), outcome_of(question, 1, 1)) == (Outcome.SCREENED_OUT, Outcome.PASSED)
    assert [outcome_of(one, 1, 1) for one in (ANIMAL, MOOD, AGE)] == [None, None, None]


@given(st.integers(0, 30))
def test_every_question_is_on_one_page_in_its_order_and_none_has_more_than_six(count):
    questions = [replace(ANIMAL, name=f"q{number}") for number in range(count)]
    assert [one for page in pages(questions) for one in page] == questions
    assert all(1 <= len(page) <= 6 for page in pages(questions))


def test_the_version_changes_with_what_is_asked_and_with_nothing_else():
    moved = replace(ANIMAL, name="pet", moment=Moment.AFTER, optional=True)
    assert moved.version == ANIMAL.version
    others = [ANIMALS, replace(ANIMAL, words=replace(ANIMAL.words, text="Which?")), checked(CheckKind.ATTENTION, 1)]
    assert len({one.version for one in (ANIMAL, *others)}) == 4


def test_questions_follow_a_task_whose_words_change():
    after = replace(AGE, moment=Moment.AFTER_TASK, after_task=TASK.id)
    assert after_tasks([after, AGE], {TASK.id: "new"}) == (replace(after, after_task="new"), AGE)
    assert after_tasks([after], {}) == (after,)


BROKEN = {
    "questions.name": replace(AGE, name="Age of yours"),
    "questions.no-text": replace(AGE, words=Words(" ")),
    "questions.too-long": replace(AGE, words=Words("x" * 1001)),
    "questions.option-too-long": replace(MOOD, words=Words("?", low="x" * 201)),
    "questions.options": replace(ANIMAL, words=Words("?", ("one",))),
    "questions.options-differ": replace(ANIMAL, words=Words("?", ("one", "one"))),
    "questions.no-such-option": replace(ANIMAL, kind=Choice(screens_out=frozenset({4}))),
    "questions.optional-check": replace(checked(CheckKind.ATTENTION, 1), optional=True),
    "questions.nothing-right": checked(CheckKind.COMPREHENSION),
    "questions.tries": checked(CheckKind.ATTENTION, 1, tries=2),
    "questions.points": replace(MOOD, kind=Likert(1)),
    "questions.bounds": replace(AGE, kind=Number(2, 1)),
    "questions.bound-too-large": replace(AGE, kind=Number(most=1e16)),
    "questions.longest": replace(WHY, kind=ShortText(0)),
    "questions.task-gone": replace(AGE, moment=Moment.AFTER_TASK, after_task="gone"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_question_that_nobody_could_answer_is_refused_and_named(code):
    with pytest.raises(InvalidInput) as refusal:
        check_questions([BROKEN[code]], Protocol((TASK,)))
    assert refusal.value.code == code
    assert BROKEN[code].name in str(refusal.value)


def test_only_what_is_asked_after_a_task_names_one():
    for moment, task in ((Moment.AFTER_TASK, None), (Moment.AFTER, TASK.id)):
        with pytest.raises(InvalidInput) as refusal:
            check_questions([replace(AGE, moment=moment, after_task=task)], Protocol((TASK,)))
        assert refusal.value.code == "questions.task-gone"


def test_questions_that_can_be_asked_are_taken_and_no_two_have_the_same_name():
    after = replace(AGE, name="after", moment=Moment.AFTER_TASK, after_task=TASK.id)
    fine = [AGE, MOOD, WHY, ANIMAL, after]
    check_questions(fine, Protocol((TASK,)))
    with pytest.raises(InvalidInput, match="age"):
        check_questions([*fine, replace(WHY, name="age")], Protocol((TASK,)))
    with pytest.raises(InvalidInput, match="animal_2"):
        check_questions([ANIMALS, replace(WHY, name="animal_2")], Protocol((TASK,)))
    with pytest.raises(InvalidInput):
        check_questions([replace(AGE, name=f"q{number}") for number in range(101)], Protocol())
