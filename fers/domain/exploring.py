"""Looking through many faces: what they can be filtered by, and how they are counted.

Confidence and agreement are filtered in quarters and dates in weeks: coarse enough that a store can keep a count of
every combination there is, and so answer at any size without going through the faces.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fers.domain.emotions import Emotion
from fers.domain.faces import Face, Source

QUARTERS = range(4)
"""Of a share from 0 to 1: under 25%, under 50%, under 75%, and the rest."""


def quarter(share: float) -> int:
    return min(int(share * 4), QUARTERS[-1])


def week_of(time: date) -> date:
    """The Monday of the week."""
    day = time.date() if isinstance(time, datetime) else time
    return day - timedelta(days=day.weekday())


def disagreement(face: Face) -> float:
    """How much surer the model is of its guess than of what the person said, 0 to 1; 0 where they agree or the person
    said nothing."""
    if face.answer.label is None:
        return 0.0
    probabilities = face.prediction.probabilities
    return max(probabilities) - probabilities[face.answer.label]


@dataclass(frozen=True)
class FaceFilter:
    """Which faces of a study are meant. Whatever is empty or None sorts nothing out."""

    labels: frozenset[Emotion | None] = frozenset()
    """What their people said; None stands for "can't tell"."""
    sources: frozenset[Source] = frozenset()
    confidence: frozenset[int] = frozenset()
    """Quarters of the model's largest probability."""
    agreement: frozenset[int] = frozenset()
    """Quarters of the annotators' agreement; faces that none has labelled are in no quarter."""
    group: tuple[str, str] | None = None
    """What their people say about themselves: what it is about and what they say, by `groups.DIMENSIONS`. One at a
    time, since who is in two groups at once is soon somebody."""
    disputed: bool | None = None
    """Whether the model guessed something else than the person said."""
    since: date | None = None
    until: date | None = None
    """Both inclusive and to the week that they are in."""


@dataclass(frozen=True)
class FaceCount:
    """How many faces of one class were given in one week."""

    week: date
    """Its Monday."""
    label: Emotion | None
    disputed: bool
    count: int


@dataclass(frozen=True)
class Place:
    """Where a page of faces ended, for the next one to go on from."""

    rank: float | datetime
    """The last face's disagreement or time, whichever the faces are ordered by."""
    face_id: str
