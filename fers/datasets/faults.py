"""Rows that can't be used: kept to be told, while the others are read."""

from collections import Counter
from typing import Any, Self

from fers.datasets.faces import DataError

MOST_LISTED = 20
_MOST_WORDS = 1000


class UnknownWord(DataError):
    """A label names no class."""

    word = ""

    def naming(self, word: str) -> Self:
        self.word = word
        return self


class _Told:
    """A fault without the error, which would hold on to all that was being read."""

    def __init__(self, error: DataError):
        self.sentence = str(error)
        self.record = error.as_record()


class Faults:
    """What of a set can't be used, and why. Of very many, the first ones are kept and the others counted."""

    def __init__(self) -> None:
        self.count = 0
        self.words: Counter[str] = Counter()
        """Labels that name no class, with how many rows say them."""
        self._kept: list[_Told] = []
        self._of_words: dict[str, _Told] = {}

    def note(self, error: DataError, place: str = "", rows: int = 1) -> None:
        """Keep why something is left out: `rows` rows, from `place` on."""
        self.count += rows
        error = error.at(place) if place else error
        if not isinstance(error, UnknownWord):
            if len(self._kept) < MOST_LISTED:
                self._kept.append(_Told(error))
            return
        if error.word in self.words or len(self.words) < _MOST_WORDS:
            self.words[error.word] += rows
            if error.word not in self._of_words:
                self._of_words[error.word] = _Told(error)

    def told(self) -> list[str]:
        """A sentence for each that is kept, a word only once, and one for how many others there are."""
        words = self._told_words()
        told = [*map(self._about, words), *(kept.sentence for kept in self._kept)]
        others = self.count - len(self._kept) - sum(self.words[word] for word in words)
        return [*told, f"and {others:,} more"] if others else told

    def records(self) -> list[dict[str, Any]]:
        """`DataError.as_record` of each that is told, in that order."""
        return [*(self._of_words[word].record for word in self._told_words()), *(kept.record for kept in self._kept)]

    def _told_words(self) -> list[str]:
        return list(self._of_words)[: MOST_LISTED - 1]

    def _about(self, word: str) -> str:
        others = self.words[word] - 1
        return self._of_words[word].sentence + (f" {others:,} more say so." if others else "")

    def __str__(self) -> str:
        return "\n".join(self.told())
