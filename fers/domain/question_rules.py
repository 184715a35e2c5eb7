"""What a study's own questions may be like."""

import math
import re
from collections.abc import Collection
from itertools import pairwise, product

from fers.domain.protocols import Protocol
from fers.domain.questions import EXTREMES, Check, CheckKind, Choice, Likert, Moment, Number, Question, ShortText
from fers.errors import InvalidInput

MOST_QUESTIONS = 100
LONGEST_NAME = 40
LONGEST_QUESTION = 1000
"""Characters, of a question or an explanation."""
LONGEST_OPTION = 200
MOST_OPTIONS = 20
LIKERT_POINTS = (2, 11)
LONGEST_TEXT = 2000
"""Characters that a short text may have at most."""
MOST_TRIES = 5
_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_NAME - 1}}}", re.ASCII)
_TAKEN = {"person", "face", "id", "image"}
"""Names of columns that say whose row it is, or by which readers take a table for one of faces."""


def check_questions(questions: Collection[Question], protocol: Protocol) -> None:
    """Raises InvalidInput for questions that can't be asked or answered, and says which."""
    if len(questions) > MOST_QUESTIONS:
        raise InvalidInput("questions.too-many", most=MOST_QUESTIONS)
    names = sorted(column for question in questions for column in question.names)
    for one, other in pairwise(names):
        if one == other:
            raise InvalidInput("questions.name-twice", name=one)
    for question in questions:
        _check(question)
        _check_moment(question, protocol)


def check_names_against(earlier: Collection[Question], new: Collection[Question]) -> None:
    """Raises InvalidInput where a question that is new would share a column with one that was asked before."""
    for question, other in product(new, earlier):
        if question.name != other.name and question.names & other.names:
            raise InvalidInput("questions.name-of-earlier", name=question.name, earlier=other.name)


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in _TAKEN


def _check(question: Question) -> None:
    if not is_name(question.name):
        raise InvalidInput("questions.name", name=question.name, longest=LONGEST_NAME)
    words = question.words
    if not words.text.strip():
        raise InvalidInput("questions.no-text", name=question.name)
    if max(len(words.text), len(words.explanation)) > LONGEST_QUESTION:
        raise InvalidInput("questions.too-long", name=question.name, longest=LONGEST_QUESTION)
    if max(map(len, (words.low, words.high, *words.options))) > LONGEST_OPTION:
        raise InvalidInput("questions.option-too-long", name=question.name, longest=LONGEST_OPTION)
    match question.kind:
        case Choice():
            _check_choice(question, question.kind)
        case Likert(points=points):
            if not LIKERT_POINTS[0] <= points <= LIKERT_POINTS[1]:
                raise InvalidInput(
                    "questions.points", name=question.name, fewest=LIKERT_POINTS[0], most=LIKERT_POINTS[1]
                )
        case Number():
            _check_number(question.name, question.kind)
        case ShortText(longest=longest):
            if not 1 <= longest <= LONGEST_TEXT:
                raise InvalidInput("questions.longest", name=question.name, longest=LONGEST_TEXT)


def _check_choice(question: Question, kind: Choice) -> None:
    options = question.words.options
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise InvalidInput("questions.options", name=question.name, most=MOST_OPTIONS)
    if not all(option.strip() for option in options) or len(set(options)) < len(options):
        raise InvalidInput("questions.options-differ", name=question.name)
    numbers = set(range(1, len(options) + 1))
    if not kind.screens_out <= numbers or (kind.check and not kind.check.right <= numbers):
        raise InvalidInput("questions.no-such-option", name=question.name)
    if question.decides and question.optional:
        raise InvalidInput("questions.optional-check", name=question.name)
    if kind.check:
        _check_check(question.name, kind.check)
    if not _lets_somebody_on(kind, numbers):
        raise InvalidInput("questions.lets-nobody-on", name=question.name)


def _lets_somebody_on(kind: Choice, numbers: set[int]) -> bool:
    """Whether any answer does."""
    if kind.several and kind.check:
        return not kind.check.right & kind.screens_out
    return bool((kind.check.right if kind.check else numbers) - kind.screens_out)


def _check_check(name: str, check: Check) -> None:
    if not check.right:
        raise InvalidInput("questions.nothing-right", name=name)
    if not 1 <= check.tries <= (1 if check.kind is CheckKind.ATTENTION else MOST_TRIES):
        raise InvalidInput("questions.tries", name=name, most=MOST_TRIES)


def _check_number(name: str, kind: Number) -> None:
    bounds = [bound for bound in kind.bounds if bound is not None]
    if not all(math.isfinite(bound) and EXTREMES[0] <= bound <= EXTREMES[1] for bound in bounds):
        raise InvalidInput("questions.bound-too-large", name=name)
    if bounds != sorted(bounds):
        raise InvalidInput("questions.bounds", name=name)


def _check_moment(question: Question, protocol: Protocol) -> None:
    """Exactly what is asked after a task has one, and it is one of the protocol's."""
    tasks = [task.id for task in protocol.tasks] if question.moment is Moment.AFTER_TASK else [None]
    if question.after_task not in tasks:
        raise InvalidInput("questions.task-gone", name=question.name)
