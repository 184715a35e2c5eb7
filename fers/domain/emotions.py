"""The eight emotion classes, in AffectNet's order and ids. The only place that lists them."""

from enum import IntEnum


class Emotion(IntEnum):
    """An emotion class. Its value is AffectNet's class id and the index into every probability vector."""

    NEUTRAL = 0
    HAPPY = 1
    SAD = 2
    SURPRISE = 3
    FEAR = 4
    DISGUST = 5
    ANGER = 6
    CONTEMPT = 7

    @property
    def label(self) -> str:
        """The class name as it is stored and exchanged, for example ``"happy"``."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> "Emotion":
        """Return the class that `label` names, by our word or by one that datasets use for it ("happiness", "angry").

        Raises ValueError for any other word.
        """
        word = label.strip().lower()
        word = _OTHER_WORDS.get(word, word)
        if word not in LABELS:
            raise ValueError(f"unknown emotion {label!r}: expected one of {', '.join(LABELS)}")
        return cls(LABELS.index(word))


_OTHER_WORDS = {
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "fearful": "fear",
    "disgusted": "disgust",
    "angry": "anger",
    "contemptuous": "contempt",
}

LABELS: tuple[str, ...] = tuple(emotion.label for emotion in Emotion)
"""The eight class names in the order of their ids."""
