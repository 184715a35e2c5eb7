"""Labels: what annotators say about other people's faces."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fers.domain.emotions import Emotion

_SAID = ("verdict", "distribution", "reason", "valence", "arousal")
"""What a label says of its face."""
_EMOTIONS = tuple(Emotion)
"""Looked up much more quickly than in the enum: versions have millions of votes."""


class Verdict(StrEnum):
    EMOTION = "emotion"
    UNKNOWN = "unknown"
    """A face, whose expression this annotator can't tell."""
    NOT_A_FACE = "not a face"
    FLAGGED = "flagged"
    """Something is wrong with the picture; the reason says what."""


@dataclass(frozen=True)
class Label:
    """One annotator's label of one face. There is at most one for each annotator and face.

    The label of an imported set that names no annotator is kept like one, `of_a_set`: it says what the face's class is,
    and nothing of how people agree.
    """

    face_id: str
    study_id: str
    annotator_id: str
    verdict: Verdict
    given_at: datetime
    distribution: tuple[float, ...] = ()
    """Eight shares that sum to 1, in the order of `Emotion` ("mostly sad, a little angry"); empty unless the verdict is
    an emotion."""
    reason: str = ""
    valence: float | None = None
    """-1 (unpleasant) to 1 (pleasant)."""
    arousal: float | None = None
    """-1 (calm) to 1 (excited)."""
    seconds: float = 0.0
    """How long the annotator looked."""
    saw_prediction: bool = False
    """Whether the model's guess was in sight, which anchors people."""
    of_a_set: bool = False
    """Whether it is an imported set's own, and not what somebody said whom the set tells apart."""

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.EMOTION) != bool(self.distribution):
            raise ValueError("a distribution belongs to the verdict that it is an emotion, and to no other")
        if self.distribution and not _is_distribution(self.distribution):
            raise ValueError("a distribution is eight shares from 0 to 1 that sum to 1")
        if self.verdict is Verdict.FLAGGED and not self.reason.strip():
            raise ValueError("a flag needs a reason")
        if any(value is not None and not -1 <= value <= 1 for value in (self.valence, self.arousal)):
            raise ValueError("valence and arousal go from -1 to 1")

    @property
    def emotion(self) -> Emotion | None:
        """The emotion with the largest share, of equal ones the first; None for any other verdict."""
        return leading(self.distribution)

    def says_the_same(self, other: "Label") -> bool:
        """Whether both say the same of the face, however long it took."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)


@dataclass(frozen=True)
class Opinion:
    """What the annotators who labelled a face make of it together."""

    perceived: Emotion | None
    """What most of them see; None where they tie, or see no emotion."""
    agreement: float | None
    """The share, 0 to 1, of the pairs of them who say the same; None where there is no pair."""


def is_open_flag(label: Label, resolved_at: datetime | None) -> bool:
    """Whether a label flags its picture and nobody looked at that since (`resolved_at`: when somebody last did)."""
    return label.verdict is Verdict.FLAGGED and (resolved_at is None or label.given_at > resolved_at)


def only(emotion: Emotion) -> tuple[float, ...]:
    """The distribution that is all `emotion`."""
    return tuple(float(other is emotion) for other in Emotion)


def leading(distribution: tuple[float, ...]) -> Emotion | None:
    """The emotion with the largest share, of equal ones the first in the order of `Emotion`; None for an empty
    distribution."""
    return _EMOTIONS[distribution.index(max(distribution))] if distribution else None


def _is_distribution(shares: tuple[float, ...]) -> bool:
    return len(shares) == len(Emotion) and min(shares) >= 0 and abs(sum(shares) - 1) < 1e-6
