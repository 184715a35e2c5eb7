"""Models, what they said about stored faces, and the work that this takes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from PIL import Image

from fers.domain.boxes import Box
from fers.domain.emotions import Emotion
from fers.domain.jobs import Job
from fers.domain.models import Answers, ModelInfo, ModelRun, Promotion
from fers.domain.ranges import EVERY_ID, IdRange
from fers.errors import ModelRejected


class Classifier(Protocol):
    """A trained model, whatever runs it. Safe to share between threads."""

    info: ModelInfo

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """`faces`: n x 224 x 224 x 3 RGB, uint8. Returns n x 8 probabilities (float) in the order of `Emotion`."""

    def answer(self, faces: np.ndarray) -> Answers:
        """All that the model says about `faces`, in one pass."""

    def explain(self, face: np.ndarray, emotions: list[Emotion]) -> np.ndarray:
        """Which pixels of a face (224 x 224 x 3 RGB, uint8) spoke for each of `emotions`: n x 224 x 224 from 0 to 1."""


class Models(Protocol):
    """The registered models."""

    def models(self) -> list[ModelInfo]:
        """What is known about each, by id, without loading any; those in `refused` are left out."""

    def refused(self) -> dict[str, ModelRejected]:
        """Why others that should be registered can't be used, by their names."""

    def default(self) -> ModelInfo:
        """The live model. Raises UnknownModel or ModelRejected when there is none."""

    def classifier(self, model_id: str | None = None) -> Classifier:
        """The model called `model_id`, or the default one. Raises UnknownModel or ModelRejected."""

    def preload(self, model_id: str | None = None) -> None:
        """Begin to load a model, or the default one, in the background, so that the first prediction is quick."""


class BrowserNetworks(Protocol):
    """The networks that a browser can run by itself."""

    def models(self) -> list[ModelInfo]:
        """The models among them, by id."""

    def plan(self, model_id: str) -> dict[str, Any]:
        """How a browser loads, feeds and reads a model and the face detector, ready for JSON. Raises UnknownModel or
        ModelRejected."""

    def network(self, name: str) -> bytes | None:
        """The file that a plan calls `name`; None when no plan does."""


class FaceDetector(Protocol):
    """Finds faces. Returns boxes and nothing else: no landmark or embedding ever leaves it."""

    @property
    def fingerprint(self) -> str:
        """The same for detectors that find the same faces."""

    def detect(self, pixels: Image.Image) -> list[Box]:
        """Boxes around the faces in an RGB picture, largest first; empty when there are none."""


class AnswerStore(Protocol):
    """What models said about stored faces, for comparison. Deleting a face's record deletes what was said about it.

    Models are told apart by their `ModelInfo.fingerprint`. What a face's picture is like is kept in the same way, as
    three numbers under `picture.FACTS_ID`. Raises StoreUnavailable when it can't work.
    """

    def add_answers(self, fingerprint: str, answers: Mapping[str, np.ndarray]) -> None:
        """Keep eight probabilities for each face id; those of faces that are gone are dropped, known ones replaced."""

    def answers(self, fingerprint: str, among: IdRange = EVERY_ID) -> Iterator[tuple[str, np.ndarray]]:
        """(face id, eight probabilities) of the faces in a range of ids, by face id, without holding them all in
        memory."""

    def count_answers(self, fingerprint: str) -> int: ...

    def save_run(self, run: ModelRun) -> None:
        """Add or replace what is known about a model's run over the faces."""

    def runs(self) -> list[ModelRun]: ...


class PromotionStore(Protocol):
    """Which models were made live. Raises StoreUnavailable when it can't work."""

    def promote(self, promotion: Promotion) -> None:
        """Add one, for good."""

    def promotions(self, count: int) -> list[Promotion]:
        """The latest, newest first."""


class JobStore(Protocol):
    """Background jobs and who does them. Raises StoreUnavailable when it can't work."""

    def add_job(self, name: str) -> None:
        """Nothing happens when it is there."""

    def remove_job(self, name: str) -> None:
        """Nothing happens when it is gone."""

    def claim_job(self, name: str, holder: str, now: datetime, until: datetime, got_on: bool = False) -> bool:
        """Hold a job until a time, or hold it longer. False while another holds it, when it is gone, or when it was
        begun `MOST_ATTEMPTS` times since it last got on. Of two who come at once, one gets it."""

    def cut_short(self, job: Job, until: datetime) -> None:
        """Have the lease that was seen on `job` end at a time; nothing happens when it was renewed or ended since."""

    def fail_job(self, name: str, failure: str, advice: str = "") -> None:
        """Give a job up and keep why, as `Job` has it: nobody can claim it any more. Nothing happens when it is
        gone."""

    def jobs(self) -> list[Job]:
        """By name. There are few."""
