"""A given face and everything that is known about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite
from operator import attrgetter
from typing import Any

from fers.domain.boxes import Box
from fers.domain.consent import Purpose
from fers.domain.emotions import LABELS, Emotion
from fers.domain.fields import CLASS, NUMBER, TEXT, WHOLE, Field


class Source(StrEnum):
    WEBCAM = "webcam"
    UPLOAD = "upload"
    IMPORT = "import"
    """From a set that was there before the study."""


class Display(StrEnum):
    """How the expression came about, as its owner says."""

    FELT = "felt"
    POSED = "posed"


@dataclass(frozen=True)
class Prediction:
    """What one model said about one face."""

    model_id: str
    model_version: str
    probabilities: tuple[float, ...]
    """Eight numbers that sum to 1, in the order of `Emotion`."""
    made_at: datetime
    least_confidence: float = 0.0
    """Below this, 0 to 1, people are told that the model is not sure. Chosen with the model."""
    familiarity: float | None = None
    """How much the face is like those that the model learned from, 0 to 1; None where it doesn't say."""
    least_familiarity: float = 0.0
    """Below this, people are told that the model can't tell. Chosen with the model."""
    valence: float | None = None
    """-1 (unpleasant) to 1 (pleasant); None where the model doesn't say."""
    arousal: float | None = None
    """-1 (calm) to 1 (excited); None likewise."""

    def __post_init__(self) -> None:
        _require_probabilities(self.probabilities)

    @property
    def can_tell(self) -> bool:
        """Whether it is a face like those that the model learned from, so that its probabilities mean something."""
        return self.familiarity is None or self.familiarity >= self.least_familiarity

    @property
    def sure(self) -> bool:
        return self.can_tell and max(self.probabilities) >= self.least_confidence

    def top(self, k: int = 3) -> list[tuple[Emotion, float]]:
        """The `k` most probable emotions with their confidences, best first."""
        return _ranked(self.probabilities)[:k]


@dataclass(frozen=True)
class Answer:
    """What the person said about their own face."""

    label: Emotion | None
    """None: "can't tell"."""
    before_prediction: bool
    """Whether the label was given before the prediction was shown."""
    display: Display | None = None
    intensity: int | None = None
    """1 (barely there) to 5 (very strong)."""
    valence: float | None = None
    """-1 (unpleasant) to 1 (pleasant)."""
    arousal: float | None = None
    """-1 (calm) to 1 (excited)."""

    def __post_init__(self) -> None:
        if self.intensity is not None and not 1 <= self.intensity <= 5:
            raise ValueError("intensity goes from 1 to 5")
        if any(value is not None and not -1 <= value <= 1 for value in (self.valence, self.arousal)):
            raise ValueError("valence and arousal go from -1 to 1")

    @property
    def details(self) -> dict[str, Any]:
        """What it says beside the label, by attribute: a version's `Entry` has the same ones."""
        return {name: said for name, said in vars(self).items() if name not in ("label", "before_prediction")}


DETAILS = (
    Field("expression", TEXT, "felt or posed, as the person says", attrgetter("display")),
    Field("intensity", WHOLE, "1 to 5, as the person says", attrgetter("intensity")),
    Field("valence", NUMBER, "-1 to 1", attrgetter("valence")),
    Field("arousal", NUMBER, "-1 to 1", attrgetter("arousal")),
)
"""Those of `Answer.details`, read from an answer or from a version's `Entry`, for downloads of either."""


def _intended_label(face: Any) -> str | None:
    return None if face.intended is None else LABELS[face.intended]


INTENDED = Field(
    "intended", CLASS, "what the person was asked to show, in studies that ask", _intended_label, always=False
)
"""Read from a face or from a version's `Entry`."""


@dataclass(frozen=True)
class StoredImage:
    """The image of a face as it is kept: an upright RGB JPEG without metadata."""

    sha256: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class LiveGuess:
    """What the live page said in a person's own browser of the frame that they gave.

    It is the word of their device: nobody can check it, so nothing is ever counted or decided by it.
    """

    model_id: str
    fingerprint: str
    """`ModelInfo.fingerprint` of the model as that browser had it."""
    probabilities: tuple[float, ...]
    """Eight numbers that sum to 1, in the order of `Emotion`."""

    def __post_init__(self) -> None:
        _require_probabilities(self.probabilities)

    @property
    def first(self) -> tuple[Emotion, float]:
        """The most probable emotion and its confidence."""
        return _ranked(self.probabilities)[0]

    def described(self) -> dict[str, Any]:
        """In JSON's types, for whoever it is handed to."""
        shares = dict(zip(LABELS, self.probabilities, strict=True))
        return {"model": {"id": self.model_id, "answers_id": self.fingerprint}, "probabilities": shares}


@dataclass(frozen=True)
class Challenger:
    """What the other model of a blind trial said about the same crop. Its person was not shown it."""

    trial_id: str
    prediction: Prediction


class UnscoredReason(StrEnum):
    """Why a model did not answer."""

    SLOW = "slow"
    FAILED = "failed"


@dataclass(frozen=True)
class Unscored:
    """A comparison in a blind trial that was not made, because one of the two models did not answer in time."""

    trial_id: str
    model_id: str
    """Of that model."""
    why: UnscoredReason


@dataclass(frozen=True)
class Face:
    """One submission: stored whole or not at all."""

    id: str
    person_id: str
    study_id: str
    consent_id: str
    purposes: frozenset[Purpose]
    """The uses its person agrees to today; only ever narrowed after the face was given."""
    image: StoredImage
    source: Source
    box: Box
    """The crop, in pixels of the stored image."""
    prediction: Prediction
    answer: Answer
    captured_at: datetime
    given_at: datetime
    purge_at: datetime
    challenger: Challenger | None = None
    """Where the face was given in a blind trial of two models."""
    unscored: Unscored | None = None
    """In place of `challenger`, where that one did not answer."""
    live: LiveGuess | None = None
    """Where the face was given from the live page. `prediction` is the server's own all the same."""
    intended: Emotion | None = None
    """What a task of its study's protocol asked for; None: nothing was asked. What its person says it shows is another
    matter, and what annotators see in it a third."""

    def may_be_shown(self, now: datetime) -> bool:
        """Whether anybody else may look at it: its person lets them, and its retention date has not come."""
        return Purpose.REVIEW in self.purposes and now < self.purge_at


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose a face is and where it comes from: all that is needed of very many of them."""

    id: str
    person_id: str
    study_id: str
    source: Source


def _require_probabilities(values: tuple[float, ...]) -> None:
    of_one = len(values) == len(Emotion) and all(isfinite(value) and 0 <= value <= 1 + 1e-3 for value in values)
    if not of_one or abs(sum(values) - 1) > 1e-3:
        raise ValueError("a prediction needs eight probabilities that sum to 1")


def _ranked(probabilities: tuple[float, ...]) -> list[tuple[Emotion, float]]:
    return sorted(zip(Emotion, probabilities, strict=True), key=lambda said: -said[1])
