"""Dataset versions: frozen lists of faces with their labels, told apart by what they hold."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from fers.domain.boxes import Box
from fers.domain.consent import ConsentText, Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import NO_FILTER, FaceFilter
from fers.domain.faces import Display, LiveGuess, Source
from fers.domain.labels import Verdict, leading
from fers.domain.questions import Question, Value
from fers.domain.studies import Translation

SHARED = frozenset({Purpose.PUBLISH, Purpose.TRAIN})
"""What the people agreed to whose faces are in versions: these are there to train and test models with."""


_Member = TypeVar("_Member", bound=Enum)
_Filled = TypeVar("_Filled")


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class LabelSource(StrEnum):
    """Whose word an entry's label is."""

    ANNOTATORS = "annotators"
    PARTICIPANT = "participant"


class ConsensusRule(StrEnum):
    """How an entry's votes come to what is perceived in it."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"
    """Annotators count by how often they seem to be right, learned from all the study's votes."""


def _by_value(kind: type[_Member]) -> dict[Any, _Member]:
    """Looking a member up is much quicker than asking the enum for it, and versions have millions of entries."""
    return {member.value: member for member in kind}


_SPLITS, _SOURCES, _VERDICTS = _by_value(Split), _by_value(Source), _by_value(Verdict)
_DISPLAYS, _EMOTIONS = {None: None} | _by_value(Display), {None: None} | _by_value(Emotion)


@dataclass(frozen=True)
class Vote:
    """What one annotator said about the face."""

    annotator: str
    """A pseudonym: see `pseudonym`."""
    verdict: Verdict
    distribution: tuple[float, ...] = ()
    """Eight shares that sum to 1, in the order of `Emotion`; empty unless the verdict is an emotion."""
    valence: float | None = None
    arousal: float | None = None
    saw_prediction: bool = False
    of_a_set: bool = False
    """An imported set's own label, and nobody's: see `Label`."""

    @property
    def emotion(self) -> Emotion | None:
        """The emotion with the largest share; None for any other verdict."""
        return leading(self.distribution)

    def as_document(self) -> dict[str, Any]:
        """Without the mark where it is none: versions from before there was one go on having the ids they have."""
        said = vars(self)
        return said if self.of_a_set else {field: value for field, value in said.items() if field != "of_a_set"}


@dataclass(frozen=True)
class FrozenReply:
    """What a face's person answered to one of the study's own questions."""

    question: str
    """Its name."""
    version: str
    """Of the question as it was put: one of the version's `questions`."""
    value: Value
    about_photo: bool = False
    """About this very photo; else once for all, and the same in all entries of the person: so it stays as long as any
    of them does, and no longer."""


@dataclass(frozen=True)
class Measures:
    """What the files come to that are handed out of a face, so that nobody has to read it to say so."""

    photo_crc32: int
    crop_bytes: int
    crop_crc32: int
    crop_sha256: str
    encoder: str
    """What encoded the crop: another one may encode it otherwise."""


@dataclass(frozen=True)
class Entry:
    """A face as it was when it was frozen. What was intended, reported (felt or posed) and perceived stays apart."""

    face_id: str
    person: str
    """A pseudonym: see `pseudonym`."""
    split: Split
    sha256: str
    """Of the image."""
    width: int
    height: int
    bytes: int
    box: Box
    source: Source
    own_label: Emotion | None
    """What the person said they showed."""
    display: Display | None
    """Whether they felt or posed it, as they say."""
    perceived: Emotion | None
    """What annotators saw, by the version's rule; None for a tie, or where they saw no emotion."""
    votes: tuple[Vote, ...]
    intensity: int | None
    valence: float | None
    """-1 to 1, as the person says; where they don't, the mean of the annotators'."""
    arousal: float | None
    """Likewise."""
    model_id: str
    model_version: str
    probabilities: tuple[float, ...]
    """The model's guess when the face was given: eight numbers that sum to 1, in the order of `Emotion`."""
    consent_sha256: str
    """Of the words its person agreed to."""
    fingerprint: str
    """A perceptual hash of the crop, in hexadecimal digits: see `near_duplicates`."""
    measures: Measures | None = None
    """None in versions that were frozen before they were taken. No part of what the version says."""
    live: LiveGuess | None = None
    """What the live page said in the person's own browser, where the face was given from there."""
    intended: Emotion | None = None
    """What a task asked its person to show."""
    replies: tuple[FrozenReply, ...] | None = None
    """By question; None: none that may be handed out."""
    # What is added here comes last, None by default: see `content_id`.

    @property
    def label_source(self) -> LabelSource:
        return LabelSource.ANNOTATORS if self.votes else LabelSource.PARTICIPANT

    @property
    def label(self) -> Emotion | None:
        """The one to train on: what annotators perceived, or, where none looked, what the person said."""
        return self.perceived if self.votes else self.own_label

    @property
    def felt(self) -> Emotion | None:
        return self.own_label if self.display is Display.FELT else None

    @property
    def posed(self) -> Emotion | None:
        return self.own_label if self.display is Display.POSED else None

    def as_document(self) -> dict[str, Any]:
        """The entry in JSON's types. Not by `asdict`, which copies all of it and takes many times as long."""
        return vars(self) | {
            "box": self.box.as_list(),
            "votes": [vote.as_document() for vote in self.votes],
            "measures": self.measures and vars(self.measures),
            "live": self.live and _live_document(self.live),
            "replies": self.replies and [vars(reply) for reply in self.replies],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Entry":
        typed = {
            "split": _SPLITS[document["split"]],
            "box": Box(*document["box"]),
            "source": _SOURCES[document["source"]],
            "own_label": _EMOTIONS[document["own_label"]],
            "display": _DISPLAYS[document["display"]],
            "perceived": _EMOTIONS[document["perceived"]],
            "votes": tuple(map(_vote, document["votes"])),
            "probabilities": tuple(document["probabilities"]),
            "measures": _filled(Measures, measures) if (measures := document.get("measures")) else None,
            "live": _live(live) if (live := document.get("live")) else None,
            "intended": _EMOTIONS[document.get("intended")],
            "replies": tuple(map(_reply, replies)) if (replies := document.get("replies")) else None,
        }
        return _filled(cls, document | typed)


_LATER = tuple(field.name for field in fields(Entry) if field.default is None)


@dataclass(frozen=True)
class Portion:
    """What of a version came the same way: what people gave themselves, or what was imported under the same terms."""

    terms: str | None
    """SHA-256 of the terms, which are among the version's consent texts; None for what people gave."""
    faces: int
    people: int


@dataclass(frozen=True)
class DatasetVersion:
    """A dataset version. It never changes, except that withdrawn faces leave it."""

    id: str
    """64 hexadecimal digits that follow from the entries: the same content has the same id."""
    study_id: str
    name: str
    """Unique in its study."""
    created_at: datetime
    faces: int
    """How many it held when it was frozen."""
    people: int
    left_out: int
    """Chosen faces that were not taken because their people did not agree to sharing."""
    near_duplicates: int
    """Faces that were not taken because another split holds nearly the same picture."""
    consent_texts: tuple[ConsentText, ...]
    chosen: FaceFilter = NO_FILTER
    """Which of the study's faces it was to hold."""
    consensus: ConsensusRule = ConsensusRule.MAJORITY
    portions: tuple[Portion, ...] = ()
    """What it held when it was frozen, what people gave first; empty for versions from before this was counted."""
    study_file: str = ""
    """The study as it was then, as one readable file; empty for versions from before there was one."""
    questions: tuple[Question, ...] = ()
    """Those that its entries hold replies to, as they were put."""
    language: str = "und"
    """The code of the language that they are in; "und", as BCP 47 has it, where nobody said so."""
    translations: tuple[Translation, ...] = ()
    """Their words in others, among other texts of the study."""
    lost: int = 0
    """Chosen faces that were not taken because the store had lost or damaged their photos."""

    @property
    def study_sha256(self) -> str | None:
        """Of the study's file."""
        return sha256_of(self.study_file) if self.study_file else None


@dataclass(frozen=True)
class Difference:
    """How a version differs from an earlier one: ids of faces."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    relabelled: tuple[str, ...]
    changed: tuple[str, ...]
    """Those with the same label of which something else is different, such as the votes."""


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content_id(study_id: str, entries: Iterable[Entry], study_sha256: str | None = None) -> str:
    """SHA-256 over the study, the SHA-256 of its file, and everything that the entries say. `entries`: by face id.

    What is said since later is left out where it is unknown: versions from before go on having the ids they have.
    """
    digest = hashlib.sha256(study_id.encode())
    if study_sha256 is not None:
        digest.update(f"\nstudy {study_sha256}".encode())
    for entry in entries:
        said = entry.as_document()
        del said["measures"]
        for name in _LATER:
            if said.get(name) is None:
                said.pop(name, None)
        digest.update(b"\n" + json.dumps(said, sort_keys=True).encode())
    return digest.hexdigest()


@lru_cache(maxsize=4096)
def pseudonym(scope: str, who: str) -> str:
    """16 hexadecimal digits that stand for somebody, the same throughout `scope` and different in every other.

    Without knowing `who`, which is a long random id that never leaves the store, nobody can tell whom they stand for.
    """
    return hashlib.sha256(f"{scope}\n{who}".encode()).hexdigest()[:16]


def difference(earlier: Iterable[Entry], later: Iterable[Entry]) -> Difference:
    before = {entry.face_id: (entry.label, _seal(entry)) for entry in earlier}
    added, relabelled, changed = [], [], []
    for entry in later:
        known = before.pop(entry.face_id, None)
        if known is None:
            added.append(entry.face_id)
        elif known[0] != entry.label:
            relabelled.append(entry.face_id)
        elif known[1] != _seal(entry):
            changed.append(entry.face_id)
    return Difference(*map(tuple, map(sorted, (added, before, relabelled, changed))))


def _seal(entry: Entry) -> str:
    return content_id("", [entry])


def _vote(document: dict[str, Any]) -> Vote:
    typed = {"verdict": _VERDICTS[document["verdict"]], "distribution": tuple(document["distribution"])}
    return _filled(Vote, document | typed)


def _filled(kind: type[_Filled], fields: dict[str, Any]) -> _Filled:
    """A frozen dataclass whose every field is given. Its own constructor sets them one by one, by a detour each, which
    takes half of the time that reading an entry does."""
    made = object.__new__(kind)
    vars(made).update(fields)
    return made


def _reply(document: dict[str, Any]) -> FrozenReply:
    value = document["value"]
    return FrozenReply(**document | {"value": tuple(value) if isinstance(value, list) else value})


def _live(document: dict[str, Any]) -> LiveGuess:
    return LiveGuess(document["model_id"], document["answers_id"], tuple(document["probabilities"]))


def _live_document(live: LiveGuess) -> dict[str, Any]:
    return {"model_id": live.model_id, "answers_id": live.fingerprint, "probabilities": live.probabilities}
