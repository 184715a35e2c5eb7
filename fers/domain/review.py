"""Review: in which order annotators get faces, and how far they have come."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fers.domain.emotions import Emotion


class QueueOrder(StrEnum):
    """Which faces annotators label first."""

    OLDEST = "oldest"
    UNCERTAIN = "uncertain"
    """Those that the model is least sure about: the entropy of its guess, highest first."""
    DISAGREED = "disagreed"
    """Those whose annotators agree least so far; those with fewer than two labels come last."""
    RARE = "rare"
    """Those guessed to be of the class with the fewest labels so far; within a class the oldest."""
    RANDOM = "random"
    """In an order that has nothing to do with the faces, and stays the same."""


@dataclass(frozen=True)
class Progress:
    """How far a study's review has come."""

    open: int
    """Faces with a slot left."""
    done: int
    """Faces with all their labels."""
    labels: int


@dataclass(frozen=True)
class GoldStandard:
    """What a face is known to show; such faces tell how well annotators know expressions."""

    emotion: Emotion
    since: datetime
    """Labels given before do not count: what they agreed about may be why it is known."""


def entropy(probabilities: Sequence[float]) -> float:
    """Of a distribution, in nats: 0 where one class has it all, ln 8 where eight are alike."""
    return -sum(share * math.log(share) for share in probabilities if share > 0)
