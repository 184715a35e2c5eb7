"""What a run begins with: a network that is there, or a model."""

import json
from pathlib import Path

import keras

from fers.domain.emotions import LABELS, Emotion
from fers.domain.models import InputSpec, ModelInfo, OutputSpec
from fers.inference.model_folder import DESCRIPTION, emotion_named, read_model_folder
from fers.inference.registry import ModelRegistry
from training.recipe import Recipe


def place(name: str, registry: ModelRegistry) -> Path:
    """The file or folder of that name, or the folder of the model that is called so. Raises UnknownModel."""
    return Path(name) if Path(name).exists() else registry.find(name).path


def own_teacher(chosen: Recipe, begun: Path | None) -> list[str]:
    """The model that the run begins with, where the recipe learns from it. Raises ValueError when it is no model."""
    if begun is None or not chosen.taught_by_start:
        return []
    if not (begun / DESCRIPTION).is_file():
        raise ValueError(f"this recipe learns from what a model says, and {begun} is none: name one with --teacher")
    return [str(begun)]


def learned(place: Path) -> keras.Model:
    """Return the network in a `.keras` file, or in the only one of a model folder or run folder.

    Raises ValueError, also for a model that is fed or read otherwise than training does, and ModelRejected.
    """
    files = sorted(place.glob("*.keras")) if place.is_dir() else [place]
    if len(files) != 1:
        raise ValueError(f"{place} holds {len(files)} .keras files; name the one to begin with")
    folder = files[0].parent.resolve()
    if (folder / DESCRIPTION).is_file() and (others := _otherwise(read_model_folder(folder).info)):
        told = "; ".join(others)
        raise ValueError(f"{place} can't be learned on from: its {DESCRIPTION} says {told}: name another model")
    network = keras.models.load_model(files[0], compile=False)
    # Of a sequential network Keras tells no names of outputs; as a functional one it has the same layers.
    is_sequential = isinstance(network, keras.Sequential)
    return keras.Model(network.inputs, network.outputs, name=network.name) if is_sequential else network


def _otherwise(model: ModelInfo) -> list[str]:
    """In what a model differs from what `pipeline` feeds, and from what `package` says of what was trained."""
    fed, read = model.input, model.output
    usual = InputSpec(fed.width, fed.height, fed.channels)
    said = {key: (getattr(fed, key), getattr(usual, key)) for key in ("range", "mean", "order", "layout")}
    said["kind"] = (read.kind, OutputSpec.kind)
    if tuple(map(emotion_named, read.classes)) != tuple(Emotion):
        said["classes"] = (read.classes, LABELS)
    return [
        f"{key} {json.dumps(one)}, not {json.dumps(wanted)}" for key, (one, wanted) in said.items() if one != wanted
    ]
