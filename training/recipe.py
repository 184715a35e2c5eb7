"""What a training run is made of. One recipe a file in `training/recipes/`; this module says what a recipe holds."""

import importlib
import pkgutil
from dataclasses import dataclass

from training import recipes


@dataclass(frozen=True)
class Augmentation:
    """Random changes that a training face is put through, so that a webcam face is not a surprise.

    Every range is drawn from uniformly for each face and epoch.
    """

    zoom: tuple[float, float] = (0.85, 1.3)
    """Side of the crop relative to the face image; above 1 the face stands in more surroundings."""
    shift: float = 0.06
    """Largest move of the crop, as a share of its side."""
    rotation: float = 12.0
    """Largest rotation, in degrees either way."""
    colour: float = 0.2
    """Largest relative gain or loss of one colour channel; half the faces stay gray."""
    contrast: float = 0.25
    """Largest relative change of contrast."""
    brightness: float = 0.1
    """Largest change of brightness, on the [0, 1] scale."""
    gamma: float = 0.25
    """Largest change of gamma around 1."""
    noise: float = 0.02
    """Largest standard deviation of added Gaussian noise, on the [0, 1] scale."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run besides its data."""

    model: str
    """Module in `training/models/` whose `build()` makes the network."""
    epochs: int
    strided_epochs: int
    """How many of the first epochs run the network's cheaper strided form, which has the same weights."""
    full_epoch_faces: int
    """How many of the faces, drawn anew, an epoch of the full network sees: each costs four times as much there."""
    batch_size: int
    learning_rate: float
    """Adam's largest step size; from there it falls to zero along half a cosine by the last step."""
    warmup_steps: int
    """Steps over which the step size first rises from zero: full steps on fresh weights leave filters dead."""
    class_weight_power: float
    """Weights are (mean class count / class count) ** power: 0 for none, 1 for full inverse frequency."""
    soft_targets: bool
    """Learn the distribution of the votes (Barsoum et al. 2016) rather than the winning class alone."""
    augmentation: Augmentation = Augmentation()
    seed: int = 20210


def names() -> list[str]:
    """Names of the recipes there are."""
    return sorted(module.name for module in pkgutil.iter_modules(recipes.__path__))


def load(name: str) -> Recipe:
    """Return the recipe called `name`. Raises ValueError, listing the recipes there are, for an unknown one."""
    if name not in names():
        raise ValueError(f"no recipe called {name!r}; there are: {', '.join(names())}")
    return importlib.import_module(f"training.recipes.{name}").RECIPE
