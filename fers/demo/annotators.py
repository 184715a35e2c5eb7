"""Annotators who exist only here, some of them more reliable than others."""

from dataclasses import dataclass
from random import Random

from fers.domain.circumplex import POSITIONS
from fers.domain.emotions import Emotion

_TAKEN_FOR = {
    Emotion.NEUTRAL: (Emotion.SAD, Emotion.CONTEMPT),
    Emotion.HAPPY: (Emotion.NEUTRAL, Emotion.CONTEMPT),
    Emotion.SAD: (Emotion.NEUTRAL, Emotion.DISGUST),
    Emotion.SURPRISE: (Emotion.FEAR, Emotion.HAPPY),
    Emotion.FEAR: (Emotion.SURPRISE, Emotion.DISGUST),
    Emotion.DISGUST: (Emotion.ANGER, Emotion.FEAR),
    Emotion.ANGER: (Emotion.DISGUST, Emotion.SAD),
    Emotion.CONTEMPT: (Emotion.NEUTRAL, Emotion.HAPPY),
}
"""What people take an expression for most often when they are wrong (Ekman and Friesen, Pictures of Facial Affect,
1976, and many after them)."""


@dataclass(frozen=True)
class Annotator:
    reliability: float
    """Share of clear faces, 0 to 1, that they see as they were meant."""
    caution: float
    """Share that they say they can't tell."""

    def perceives(self, emotion: Emotion, strength: float, random: Random) -> Emotion | None:
        """What they see in a face that shows `emotion` with a `strength` of 0 to 1; None where they can't tell."""
        if random.random() < self.caution * (1.5 - strength):
            return None
        if random.random() < self.reliability * (0.55 + 0.45 * strength):
            return emotion
        if emotion is not Emotion.NEUTRAL and random.random() > strength:
            return Emotion.NEUTRAL
        return random.choices(_TAKEN_FOR[emotion], (3, 1))[0]

    def feels(self, seen: Emotion, strength: float, random: Random) -> tuple[float, float]:
        """How pleasant and how excited, -1 to 1 each, a face looks to them in which they have `seen` an emotion."""
        blur = 0.6 - 0.5 * self.reliability
        return tuple(max(-1.0, min(1.0, strength * value + random.gauss(0, blur))) for value in POSITIONS[seen])


ANNOTATORS = (
    Annotator(0.96, 0.01),
    Annotator(0.93, 0.02),
    Annotator(0.9, 0.02),
    Annotator(0.84, 0.05),
    Annotator(0.75, 0.01),
    Annotator(0.55, 0.02),
)
