"""Consent: a versioned text, the separate choices a person makes, and the record that keeps both."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest


class Purpose(StrEnum):
    """A use that a person agrees to or not, each on its own. Every later use checks it face by face."""

    STORE = "store"
    REVIEW = "review"
    TRAIN = "train"
    PUBLISH = "publish"

    @property
    def question(self) -> str:
        """The sentence a person agrees to."""
        return {
            Purpose.STORE: "Keep my photos, my answers and the machine's guesses.",
            Purpose.REVIEW: "Let the study's annotators see my photos and label the expression.",
            Purpose.TRAIN: "Train and test expression recognition models on my photos.",
            Purpose.PUBLISH: "Include my photos in dataset versions that researchers can download.",
        }[self]


_OF_A_SET = "imported"


@dataclass(frozen=True)
class ConsentText:
    """The words a person is asked to agree to, complete with the study's particulars; or the terms that a set of faces
    was imported under."""

    version: str
    body: str
    """Markdown."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def language(self) -> str:
        """The code of the one it is written in; a translation has it behind a dot of its version: "2026-11.de"."""
        return self.version.partition(".")[2] or "en"

    @classmethod
    def of_a_set(cls, body: str) -> "ConsentText":
        return cls(_OF_A_SET, body)

    @property
    def is_of_a_set(self) -> bool:
        return self.version == _OF_A_SET


@dataclass(frozen=True)
class Rewording:
    """A paragraph that reads otherwise than before. Empty where there was none, or is none any more."""

    before: str
    after: str


def rewordings(before: ConsentText, after: ConsentText) -> list[Rewording]:
    """What somebody who knows one text has yet to read in the other, in its order. Where lines end says nothing."""
    old, new = (text.body.strip().split("\n\n") for text in (before, after))
    plain_old, plain_new = ([" ".join(paragraph.split()) for paragraph in text] for text in (old, new))
    steps = SequenceMatcher(None, plain_old, plain_new, autojunk=False).get_opcodes()
    return [
        Rewording(was, now)
        for step, i, j, k, m in steps
        if step != "equal"
        for was, now in zip_longest(old[i:j], new[k:m], fillvalue="")
    ]


@dataclass(frozen=True)
class Consent:
    """What one person agreed to, in which words, and when."""

    id: str
    person_id: str
    study_id: str
    text: ConsentText
    purposes: frozenset[Purpose]
    given_at: datetime

    def permits(self, purpose: Purpose) -> bool:
        return purpose in self.purposes
