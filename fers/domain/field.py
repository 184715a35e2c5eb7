"""Models in the field: blind trials, models that answer in the background, and what is counted of both."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Face, Prediction, Unscored


@dataclass(frozen=True)
class Entrant:
    """A model in a trial, as it was when the trial began."""

    model_id: str
    version: str
    fingerprint: str
    """Another one now means that the model was changed: it is drawn no more."""


@dataclass(frozen=True)
class Trial:
    """A blind comparison: of each new face two entrants are drawn, one of which its person meets."""

    id: str
    entrants: tuple[Entrant, ...]
    """Two or more."""
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def model_ids(self) -> list[str]:
        return [entrant.model_id for entrant in self.entrants]


@dataclass(frozen=True)
class Match:
    """What a face says about two models of a trial, once its person has said what it shows."""

    trial_id: str
    shown: str
    """Id of the model whose guess the person met."""
    challenger: str
    """Id of the one whose guess nobody saw."""
    before: bool
    """Whether the person answered before they saw the guess."""
    shown_right: bool
    challenger_right: bool
    closer: int
    """Which gave the label more probability: 1 the one shown, -1 its challenger, 0 neither."""


@dataclass(frozen=True)
class ShadowChoice:
    """Which models answer for new faces in the background, from a moment on."""

    model_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ShadowAnswer:
    """How a model did on one new face."""

    face_id: str
    week: date
    """The Monday of the week in which the face was given."""
    rank: int
    """1: the label was its first guess, to 8; 0: it could not answer."""


@dataclass(frozen=True)
class RankCount:
    """How many faces of a week a model answered for with the label in one place of its ranking."""

    week: date
    """Its Monday."""
    rank: int
    """1: the label was its first guess, to 8; 0: it could not answer."""
    faces: int


@dataclass(frozen=True)
class GuessSums:
    """What one model's guesses about the faces of one week come to, as people met them."""

    week: date
    """Its Monday."""
    model: str
    """Id and version."""
    faces: int
    confidence: float
    """Sum of the largest probabilities."""
    squares: float
    """Sum of their squares."""
    unsure: int
    """Faces of which it said "not sure"."""
    labelled: int
    """Faces whose people said what they show."""
    agreed: int
    """Those of them where it guessed the same."""


@dataclass(frozen=True)
class VersionSums:
    """What the faces of a dataset version come to, for new ones to be compared with."""

    version_id: str
    faces: int
    given: int
    """Those of them that people gave. As in the weeks, imported ones count neither for models nor for annotators."""
    labels: tuple[int, ...]
    """How many faces their people gave each of the eight labels, in the order of `Emotion`."""
    confidence: float
    """Sum of the largest probabilities of the models that people met, over the given faces."""
    squares: float
    """Sum of their squares."""
    agreed: int
    """Faces where that model guessed what the person said."""
    reviewed: int
    """Given faces that several annotators labelled."""
    united: int
    """Those of them on which at least three quarters of the pairs of annotators agree."""


def may_be_tested_on(face: Face) -> bool:
    """Whether models may be compared on a face, and can be: its person agreed, and said what it shows."""
    return Purpose.TRAIN in face.purposes and isinstance(face.answer.label, Emotion)


def drawn(trial: Trial, draft_id: str) -> tuple[Entrant, Entrant]:
    """The entrant that is shown for a face and its challenger. Every ordered pair is as likely, and the same face
    always has the same."""
    digest = hashlib.sha256(f"{trial.id}\n{draft_id}".encode()).digest()
    count = len(trial.entrants)
    first, second = divmod(int.from_bytes(digest[:16]) % (count * (count - 1)), count - 1)
    return trial.entrants[first], trial.entrants[second + (second >= first)]


def match_of(face: Face) -> Match | None:
    """What the face says about the two models of its trial; None without a trial, a label, or leave to compare."""
    label = face.answer.label
    if face.challenger is None or label is None or not may_be_tested_on(face):
        return None
    shown, challenger = face.prediction, face.challenger.prediction
    less, more = challenger.probabilities[label], shown.probabilities[label]
    return Match(
        trial_id=face.challenger.trial_id,
        shown=shown.model_id,
        challenger=challenger.model_id,
        before=face.answer.before_prediction,
        shown_right=_first_guess(shown) is label,
        challenger_right=_first_guess(challenger) is label,
        closer=(more > less) - (more < less),
    )


def unscored_of(face: Face) -> Unscored | None:
    """The comparison that was not made on a face; None without one, or where none may be made any more."""
    return face.unscored if may_be_tested_on(face) else None


def rank_of(label: Emotion, probabilities: Sequence[float]) -> int:
    """The label's place, 1 to 8, among eight probabilities in the order of `Emotion`. Equals stand in that order."""
    ranked = sorted(Emotion, key=lambda emotion: -probabilities[emotion])
    return ranked.index(label) + 1


def _first_guess(prediction: Prediction) -> Emotion:
    return prediction.top(1)[0][0]
