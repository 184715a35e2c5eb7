"""What a set's words and numbers for expressions mean."""

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from fers.datasets.faces import DataError
from fers.datasets.faults import UnknownWord
from fers.domain.emotions import LABELS, Emotion

_BY_NUMBER = {
    "affectnet": (0, "neutral happy sad surprise fear disgust anger contempt - - -"),
    "fer2013": (0, "anger disgust fear happy sad surprise neutral"),
    "ferplus": (0, "neutral happy surprise sad anger disgust fear contempt - -"),
    "raf-db": (1, "surprise fear disgust happy sad anger neutral"),
    "ck+": (0, "neutral anger contempt disgust fear happy sad surprise"),
}
"""The number of the first class, then all of them; a dash where it is no expression."""
_BY_CODE = {
    "jaffe": {"an": "anger", "di": "disgust", "fe": "fear", "ha": "happy", "ne": "neutral", "sa": "sad"},
    "kdef": {"an": "anger", "di": "disgust", "af": "fear", "ha": "happy", "ne": "neutral", "sa": "sad"},
}


def _numbered(first: int, classes: str) -> dict[str, Emotion | None]:
    named = enumerate(classes.split(), first)
    return {str(number): None if name == "-" else Emotion.from_label(name) for number, name in named}


SCHEMES: dict[str, dict[str, Emotion | None]] = {
    **{name: _numbered(*numbers) for name, numbers in _BY_NUMBER.items()},
    **{name: {code: Emotion.from_label(of) for code, of in codes.items()} for name, codes in _BY_CODE.items()},
}
"""How well-known sets write their classes; None where they mean no expression."""
SCHEMES["jaffe"]["su"] = SCHEMES["kdef"]["su"] = Emotion.SURPRISE


def schemes_with(words: Iterable[str]) -> list[str]:
    """The well-known sets that write a class as one of these words."""
    said = set(words)
    return [name for name, classes in SCHEMES.items() if said & classes.keys()]


_UNSEEN = string.whitespace + "\u00a0\u200b\u200e\u200f\u2060\ufeff"
"""What spreadsheets and web pages leave around words that are copied from them."""


_NUMBER = re.compile(r"([0-9]+)(?:\.0*)?(?:e\+?0+)?")
"""A whole one. In CK+'s files 3 is 3.0000000e+00."""


class Vocabulary:
    """Words that mean a class: the usual ones, and what is said of others."""

    def __init__(self, meanings: Mapping[str, Emotion | None] | None = None):
        """`meanings`: what other words or numbers mean; None leaves out what is called so."""
        self._said = {normal(word): emotion for word, emotion in (meanings or {}).items()}

    @classmethod
    def parsed(cls, values: Iterable[str]) -> "Vocabulary":
        """From WORD=CLASS (or WORD= for a word whose rows are left out) and names of `SCHEMES`; of two that speak of
        the same word the later holds. Raises DataError."""
        meanings: dict[str, Emotion | None] = {}
        for value in values:
            word, is_pair, name = value.rpartition("=")
            if is_pair and word.strip():
                meanings[normal(word)] = cls().emotion(name) if name.strip() else None
            elif (scheme := normal(value)) in SCHEMES:
                meanings |= SCHEMES[scheme]
            else:
                raise DataError("words.map-nothing", value=value, schemes=SCHEMES)
        return cls(meanings)

    def emotion(self, cell: Any) -> Emotion | None:
        """The class that a cell names; None where what it names is left out. Raises UnknownWord."""
        word = normal(cell)
        if word in self._said:
            return self._said[word]
        try:
            return Emotion.from_label(word)
        except ValueError:
            raise UnknownWord("words.unknown", word=str(cell), classes=LABELS).naming(word) from None


def normal(cell: Any) -> str:
    """The same for all ways to write a word: cases, Unicode forms, spaces and marks that nobody sees around it, whole
    numbers with a fraction or an exponent. "001" is not 1: it rather numbers people or sessions, as in CK+."""
    word = unicodedata.normalize("NFC", str(cell)).strip(_UNSEEN).casefold()
    number = _NUMBER.fullmatch(word)
    return number[1] if number else word
