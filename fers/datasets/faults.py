"""Rows that can't be used: kept to be told, while the others are read."""

from collections import Counter
from typing import Self

from fers.datasets.faces import DataError

MOST_LISTED = 20
_MOST_WORDS = 1000


class UnknownWord(DataError):
    """A label names no class."""

    word = ""

    def naming(self, word: str) -> Self:
        self.word = word
        return self


class Faults:
    """What of a set can't be used, and why. Of very many, the first ones are kept and the others counted."""

    def __init__(self) -> None:
        self.count = 0
        self.words: Counter[str] = Counter()
        """Labels that name no class, with how many rows say them."""
        self._sentences: list[str] = []
        self._of_words: dict[str, str] = {}

    def note(self, error: DataError, place: str = "", rows: int = 1) -> None:
        """Keep why something is left out: `rows` rows, from `place` on."""
        self.count += rows
        sentence = str(error.at(place) if place else error)
        if not isinstance(error, UnknownWord):
            if len(self._sentences) < MOST_LISTED:
                self._sentences.append(sentence)
            return
        if error.word in self.words or len(self.words) < _MOST_WORDS:
            self.words[error.word] += rows
            self._of_words.setdefault(error.word, sentence)

    def told(self) -> list[str]:
        """A sentence for each that is kept, a word only once, and one for how many others there are."""
        words = list(self._of_words)[: MOST_LISTED - 1]
        told = [*map(self._about, words), *self._sentences]
        others = self.count - len(self._sentences) - sum(self.words[word] for word in words)
        return [*told, f"and {others:,} more"] if others else told

    def _about(self, word: str) -> str:
        others = self.words[word] - 1
        return self._of_words[word] + (f" {others:,} more say so." if others else "")

    def __str__(self) -> str:
        return "\n".join(self.told())
