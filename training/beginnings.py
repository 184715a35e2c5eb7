"""What a run begins with: a network that is there, or a model."""

from pathlib import Path

import keras

from fers.inference.model_folder import DESCRIPTION
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
    """Return the network in a `.keras` file, or in the only one of a model folder or run folder. Raises ValueError."""
    files = sorted(place.glob("*.keras")) if place.is_dir() else [place]
    if len(files) != 1:
        raise ValueError(f"{place} holds {len(files)} .keras files; name the one to begin with")
    return keras.models.load_model(files[0], compile=False)
