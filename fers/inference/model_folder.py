"""The model folder, the unit that FERS loads: weights and a `model.json` that says what they are.

Nothing in it is trusted that can be checked: a folder that does not keep its word is refused with a sentence.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from fers.domain.emotions import Emotion
from fers.domain.models import InputSpec, ModelInfo
from fers.errors import ModelRejected

DESCRIPTION = "model.json"
SCHEMA = 1
_FIX = f"Correct its {DESCRIPTION}, or register another model."


@dataclass(frozen=True)
class ModelFolder:
    """A checked model folder."""

    path: Path
    info: ModelInfo

    @property
    def weights(self) -> Path:
        return self.path / self.info.weights

    def check_weights(self) -> None:
        """Raise ModelRejected unless the weights are those that were described."""
        if hashlib.sha256(self.weights.read_bytes()).hexdigest() != self.info.sha256:
            raise ModelRejected(f"The weights of {self.info.id} are not the ones described (sha256 differs).", _FIX)


def read_model_folder(path: Path) -> ModelFolder:
    """Read and check a folder's description, without loading its weights. Raises ModelRejected."""
    try:
        document = json.loads((path / DESCRIPTION).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRejected(f"{path} has no readable {DESCRIPTION}.", _FIX) from error
    try:
        info = _info(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ModelRejected(f"{path / DESCRIPTION} can't be used: {problem}.", _FIX) from error
    weights = (path / info.weights).resolve()
    if not weights.is_relative_to(path.resolve()) or not weights.is_file():
        raise ModelRejected(f"{path} does not hold the weights it names ({info.weights}).", _FIX)
    if info.id != path.resolve().name:
        raise ModelRejected(f"The folder {path} holds a model called {info.id}.", "Give both the same name.")
    return ModelFolder(path, info)


def _info(document: dict) -> ModelInfo:
    if document["schema"] != SCHEMA:
        raise ValueError(f"schema {document['schema']} is not {SCHEMA}, the one this FERS knows")
    classes = tuple(document["classes"])
    if sorted(Emotion.from_label(name) for name in classes) != list(Emotion):
        raise ValueError("its classes are not the eight emotions, each once")
    return ModelInfo(
        id=_text(document, "id"),
        version=_text(document, "version"),
        name=_text(document, "name"),
        weights=_text(document, "weights"),
        sha256=_text(document, "sha256"),
        classes=classes,
        input=_input(document["input"]),
        crop_scale=_within(document["crop"]["scale"], 0.5, 4, "crop scale"),
        licence=_text(document, "licence"),
        data=_text(document, "data"),
        metrics=dict(document.get("metrics") or {}),
    )


def _input(document: dict) -> InputSpec:
    low, high = map(float, document["range"])
    if low >= high:
        raise ValueError("the input range must rise")
    if document["channels"] not in (1, 3):
        raise ValueError("input has neither 1 nor 3 channels")
    detail = document.get("detail_px")
    return InputSpec(
        width=int(_within(document["width"], 16, 1024, "input width")),
        height=int(_within(document["height"], 16, 1024, "input height")),
        channels=document["channels"],
        range=(low, high),
        detail_px=None if detail is None else int(_within(detail, 16, 1024, "detail_px")),
    )


def _text(document: dict, key: str) -> str:
    if not isinstance(document[key], str) or not document[key].strip():
        raise ValueError(f"{key} is not a text")
    return document[key]


def _within(value, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{what} {value!r} is not a number from {low} to {high}")
    return value
