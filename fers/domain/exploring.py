"""Looking through many faces: what they can be filtered by, and how they are counted.

The *class* of a face is what its annotators agree on, or, where none looked, its person's own word: the label that a
dataset version trains on. It is there to find faces by; what was felt, posed and perceived stays apart in the records.

Confidence and agreement are filtered in quarters and dates in weeks: coarse enough that a store can keep a count of
every combination there is, and so answer at any size without going through the faces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

from fers.domain.emotions import Emotion
from fers.domain.faces import Face, Source
from fers.domain.labels import Opinion

_Rank = TypeVar("_Rank", float, datetime)

QUARTERS = range(4)
"""Of a share from 0 to 1."""
QUARTER_WORDS = ("under 25%", "25–50%", "50–75%", "75% and more")


def quarter(share: float) -> int:
    return min(int(share * 4), QUARTERS[-1])


def week_of(time: date) -> date:
    """The Monday of the week; of a time, of the week that it is in in UTC."""
    day = time.astimezone(UTC).date() if isinstance(time, datetime) else time
    return day - timedelta(days=day.weekday())


def class_of(face: Face, opinion: Opinion | None) -> Emotion | None:
    """The face's class by what its annotators make of it (`opinion`; None: none looked). None: it has no class."""
    return face.answer.label if opinion is None else opinion.perceived


def is_disputed(face: Face, label: Emotion | None) -> bool:
    """Whether the model's guess is something else than the face's class; not where it has none."""
    return label not in (None, face.prediction.top(1)[0][0])


def disagreement(face: Face, label: Emotion | None) -> float:
    """How much surer the model is of its guess than of the face's class, 0 to 1; 0 where they are the same or it has
    no class."""
    if label is None:
        return 0.0
    probabilities = face.prediction.probabilities
    return max(probabilities) - probabilities[label]


@dataclass(frozen=True)
class FaceFilter:
    """Which faces of a study are meant. Whatever is empty or None sorts nothing out."""

    labels: frozenset[Emotion | None] = frozenset()
    """Their classes; None stands for having none."""
    sources: frozenset[Source] = frozenset()
    confidence: frozenset[int] = frozenset()
    """Quarters of the model's largest probability."""
    agreement: frozenset[int] = frozenset()
    """Quarters of the annotators' agreement; faces that fewer than two have labelled are in no quarter."""
    intended: frozenset[Emotion | None] = frozenset()
    """What their people were asked to show; None stands for nothing."""
    group: tuple[str, str] | None = None
    """What their people say about themselves: what it is about and what they say, by `groups.DIMENSIONS`. One at a
    time, since who is in two groups at once is soon somebody."""
    disputed: bool | None = None
    """Whether the model guessed something else than the class."""
    since: date | None = None
    until: date | None = None
    """Both inclusive and to the week that they are in."""

    def takes(self, face: Face, opinion: Opinion | None) -> bool:
        """Whether the face is meant, as far as the face can tell: `group` is for a store to look up.

        `opinion`: of its annotators; None where none looked.
        """
        label, agreement = class_of(face, opinion), None if opinion is None else opinion.agreement
        _, confidence = face.prediction.top(1)[0]
        week = week_of(face.given_at)
        return (
            _among(label, self.labels)
            and _among(face.source, self.sources)
            and _among(face.intended, self.intended)
            and _among(quarter(confidence), self.confidence)
            and _among(None if agreement is None else quarter(agreement), self.agreement)
            and self.disputed in (None, is_disputed(face, label))
            and (self.since is None or week_of(self.since) <= week)
            and (self.until is None or week <= week_of(self.until))
        )

    def in_words(self) -> list[str]:
        """What it asks for, thing by thing; empty where it sorts nothing out."""
        conditions: dict[str, Sequence[str]] = {
            "the class is": _in_words(self.labels, "no expression"),
            "the intended expression is": _in_words(self.intended, "none"),
            "the source is": sorted(self.sources),
            "the model's confidence is": [QUARTER_WORDS[part] for part in sorted(self.confidence)],
            "inter-rater agreement is": [QUARTER_WORDS[part] for part in sorted(self.agreement)],
            "participants say of themselves": [": ".join(self.group)] if self.group else [],
            "the model's guess is": []
            if self.disputed is None
            else ["something else" if self.disputed else "the same"],
            "the week is that of": [f"{week_of(self.since).isoformat()} or later"] if self.since else [],
            "the week is, at the latest, that of": [week_of(self.until).isoformat()] if self.until else [],
        }
        return [f"{about} {' or '.join(values)}" for about, values in conditions.items() if values]


NO_FILTER = FaceFilter()


def _among(value: object, chosen: frozenset[object]) -> bool:
    return not chosen or value in chosen


def _in_words(labels: frozenset[Emotion | None], none: str) -> list[str]:
    return [none] * (None in labels) + [label.label for label in sorted(label for label in labels if label is not None)]


@dataclass(frozen=True)
class FaceCount:
    """How many faces of one class were given in one week."""

    week: date
    """Its Monday."""
    label: Emotion | None
    disputed: bool
    count: int


@dataclass(frozen=True)
class Found:
    """A face as it is found."""

    face: Face
    label: Emotion | None
    """Its class."""
    reviewed: bool
    """Whether that is what annotators agree on; else it is the person's own word."""
    by_set_alone: bool = False
    """Whether nobody but an imported set, which names no annotators, has labelled it."""


@dataclass(frozen=True)
class Cursor(Generic[_Rank]):
    """Where a page of faces ended, for the next one to go on from."""

    rank: _Rank
    """The last face's disagreement or time, whichever the faces are ordered by."""
    face_id: str
