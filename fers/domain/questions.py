"""Questions of a study's own: what its participants are asked beside their photos, and what they may answer."""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from fers.errors import InvalidInput

PAGE = 6
"""Questions that somebody sees at once."""
EXTREMES = (-1e15, 1e15)
"""Beyond these, whole numbers are no longer told apart by everything that reads them."""


class Moment(StrEnum):
    """When a question is asked."""

    BEFORE = "before"
    AFTER_PHOTO = "after each photo"
    AFTER_TASK = "after a task"
    AFTER = "after"

    @property
    def is_about_photo(self) -> bool:
        """Whether it comes once a photo, and not once a person."""
        return self in (Moment.AFTER_PHOTO, Moment.AFTER_TASK)


class CheckKind(StrEnum):
    COMPREHENSION = "comprehension"
    """Whether they understood: explained, and asked again."""
    ATTENTION = "attention"
    """Whether they read: asked once."""


@dataclass(frozen=True)
class Check:
    """What must be answered to go on."""

    kind: CheckKind
    right: frozenset[int]
    """Numbers of options: one of these, or, where several may be chosen, all of these and no other."""
    tries: int = 1
    """After so many wrong answers the sitting ends."""


@dataclass(frozen=True)
class Choice:
    """One of the options, or several."""

    several: bool = False
    check: Check | None = None
    screens_out: frozenset[int] = frozenset()
    """Numbers of options that end the sitting of whoever chooses one."""


@dataclass(frozen=True)
class Likert:
    """A point from 1 to `points`, whose ends have words."""

    points: int = 5


@dataclass(frozen=True)
class Number:
    least: float | None = None
    most: float | None = None
    whole: bool = True

    def __post_init__(self) -> None:
        for bound in ("least", "most"):  # The same number is the same text, however it was typed.
            if (value := getattr(self, bound)) is not None:
                object.__setattr__(self, bound, float(value) + 0.0)  # Never -0.0.

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        return self.least, self.most


@dataclass(frozen=True)
class ShortText:
    longest: int = 300
    """Characters."""
    shared: bool = False
    """Whether it goes into dataset versions, where its person agrees to that as well: it may say who they are."""


Kind = Choice | Likert | Number | ShortText


@dataclass(frozen=True)
class Words:
    """Everything a question says, in one language."""

    text: str
    options: tuple[str, ...] = ()
    """Of a choice; they go by their numbers, from 1."""
    low: str = ""
    """What the first point of a Likert scale means."""
    high: str = ""
    """And the last."""
    explanation: str = ""
    """What is said to whoever answers a comprehension check wrong."""


@dataclass(frozen=True)
class Question:
    name: str
    """What its answers are called in exports: unique in its study, and the same whatever its words."""
    words: Words
    kind: Kind
    moment: Moment = Moment.BEFORE
    after_task: str | None = None
    """The id of the task after whose photos it is asked, with `Moment.AFTER_TASK`."""
    optional: bool = False

    @property
    def version(self) -> str:
        """Another one when it says or takes something else: 12 hexadecimal digits."""
        said = [type(self.kind).__name__, asdict(self.kind), asdict(self.words)]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=sorted).encode()).hexdigest()[:12]

    @property
    def check(self) -> Check | None:
        return self.kind.check if isinstance(self.kind, Choice) else None

    @property
    def columns(self) -> list[str]:
        """Where its answers stand in tables: in one column, or one an option where several may be chosen."""
        if isinstance(self.kind, Choice) and self.kind.several:
            return [f"{self.name}_{number}" for number in range(1, len(self.words.options) + 1)]
        return [self.name]

    @property
    def names(self) -> set[str]:
        """What nothing else in the study's tables may be called."""
        return {self.name, *self.columns}

    @property
    def decides(self) -> bool:
        """Whether an answer may end the sitting."""
        return isinstance(self.kind, Choice) and bool(self.kind.check or self.kind.screens_out)


Value = int | float | str | tuple[int, ...] | None
"""The number of an option, or of a point of a scale; a number; a text; numbers of several options, the least first;
None: left out."""


class Outcome(StrEnum):
    """What an answer means for the sitting, where the question decides."""

    PASSED = "passed"
    WRONG = "wrong"
    """It may be tried again."""
    FAILED = "failed a check"
    SCREENED_OUT = "screened out"

    @property
    def ends(self) -> bool:
        return self in (Outcome.FAILED, Outcome.SCREENED_OUT)


@dataclass(frozen=True)
class Reply:
    """What one person answered to one question, once for all or about one photo."""

    person_id: str
    study_id: str
    question: str
    """Its name."""
    version: str
    """Of the question as it was asked."""
    value: Value
    given_at: datetime
    purge_at: datetime
    face_id: str = ""
    """Of the photo it is about, with which it goes."""
    tries: int = 1
    """How often it was answered."""
    outcome: Outcome | None = None
    shared: bool = False
    """Of a text: whether it may be in dataset versions."""

    @property
    def is_settled(self) -> bool:
        return self.outcome is not Outcome.WRONG


def pages(questions: Collection[Question]) -> list[tuple[Question, ...]]:
    """In their order, so many at once as somebody can look at calmly."""
    listed = tuple(questions)
    return [listed[first : first + PAGE] for first in range(0, len(listed), PAGE)]


def answered(question: Question, given: object) -> Value:
    """What was given as it is kept. Raises InvalidInput for no answer to a question that needs one, and for one that it
    doesn't take."""
    if isinstance(given, str):
        given = given.strip()
    if given is None or given in ("", (), []):
        if not question.optional:
            raise InvalidInput("question.missing", questions=[question.words.text])
        return None
    match question.kind:
        case Choice(several=True):
            return _several(question, given)
        case Choice():
            return _numbered(question, given, len(question.words.options))
        case Likert(points=points):
            return _numbered(question, given, points)
        case Number():
            return _number(question, question.kind, given)
        case ShortText(longest=longest):
            return _text(question, longest, given)


def outcome_of(question: Question, value: Value, tries: int) -> Outcome | None:
    """What an answer means that is the `tries`-th; None: nothing hangs on it."""
    if not isinstance(question.kind, Choice) or not question.decides:
        return None
    chosen = frozenset(value if isinstance(value, tuple) else [value])
    if chosen & question.kind.screens_out:
        return Outcome.SCREENED_OUT
    check = question.kind.check
    if check is None or _is_right(question.kind, check, chosen):
        return Outcome.PASSED
    return Outcome.FAILED if tries >= check.tries else Outcome.WRONG


def after_tasks(questions: Iterable[Question], became: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions after tasks that have changed: ids of tasks by what they were before."""
    return tuple(
        replace(one, after_task=became.get(one.after_task, one.after_task)) if one.after_task else one
        for one in questions
    )


def in_words(question: Question, value: Value) -> str | None:
    """An answer as people read it; None: left out."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return "; ".join(question.words.options[number - 1] for number in value)
    if isinstance(question.kind, Choice) and isinstance(value, int):
        return question.words.options[value - 1]
    if isinstance(question.kind, Likert):
        return f"{value} of {question.kind.points}"
    return value if isinstance(value, str) else plain(value)


def ending(replies: Iterable[Reply]) -> Outcome | None:
    """What has ended somebody's sitting; None: they go on."""
    return next((reply.outcome for reply in replies if reply.outcome and reply.outcome.ends), None)


def _is_right(kind: Choice, check: Check, chosen: frozenset[object]) -> bool:
    return chosen == check.right if kind.several else chosen <= check.right


def _several(question: Question, given: object) -> tuple[int, ...]:
    if not isinstance(given, list | tuple):
        raise _no_such_answer(question)
    return tuple(sorted({_numbered(question, number, len(question.words.options)) for number in given}))


def _numbered(question: Question, given: object, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= most:
        raise _no_such_answer(question)
    return given


def _number(question: Question, kind: Number, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise InvalidInput("question.no-number", question=question.words.text)
    if kind.whole and given != int(given):
        raise InvalidInput("question.not-whole", question=question.words.text)
    least, most = (extreme if bound is None else bound for bound, extreme in zip(kind.bounds, EXTREMES, strict=True))
    if given < least:
        raise InvalidInput("question.too-small", question=question.words.text, least=plain(least))
    if given > most:
        raise InvalidInput("question.too-large", question=question.words.text, most=plain(most))
    return int(given) if kind.whole else float(given)


def plain(number: float) -> str:
    """As people write it: without ".0"."""
    return str(int(number)) if number == int(number) else str(number)


def _text(question: Question, longest: int, given: object) -> str:
    if not isinstance(given, str):
        raise _no_such_answer(question)
    if len(given) > longest:
        raise InvalidInput("question.text-too-long", question=question.words.text, longest=longest)
    return given


def _no_such_answer(question: Question) -> InvalidInput:
    return InvalidInput("question.no-such-answer", question=question.words.text)
