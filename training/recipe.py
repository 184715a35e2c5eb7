"""What a training run is made of. One recipe a file in `training/recipes/`; this module says what a recipe holds."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from training import recipes

AVERAGED = 10
"""Of a run's steps, an average of the weights takes in a tenth at most."""


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
    blur: float = 0.0
    """Largest standard deviation of a Gaussian blur, as a share of the face image's side; half the faces stay sharp."""


@dataclass(frozen=True)
class Stage:
    """Consecutive epochs of a run that train one form of the network. All forms have the same weights."""

    epochs: int
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the architecture's `build` is called with: a cheaper form of the network, say, to begin with."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run besides its data."""

    model: str | None
    """Module in `training/models/` whose `build(**options)` makes the network; None for one like that which a run
    begins with."""
    stages: tuple[Stage, ...]
    """The last one trains the network that is kept."""
    batch_size: int
    learning_rate: float
    """The largest step size; from there it falls to zero along half a cosine by the last step."""
    warmup_steps: int
    """Steps over which the step size first rises from zero: full steps on fresh weights leave filters dead."""
    class_weight_power: float
    """Weights are (mean class count / class count) ** power: 0 for none, 1 for full inverse frequency."""
    soft_targets: bool
    """Learn the distribution of the votes (Barsoum et al. 2016) rather than the winning class alone."""
    optimizer: Literal["adam", "sgd"] = "adam"
    """Adam as in the paper, or stochastic gradient descent with Nesterov momentum of 0.9."""
    weight_decay: float = 0.0
    """Share of every kernel that is taken off at a step, times the step size."""
    averaging: float = 0.0
    """Share of the old in a moving average of the weights, such as 0.999, which is what is measured and kept (Polyak
    and Juditsky 1992); 0 for none. By Keras it also takes the weights' place after every epoch (Switch EMA, Li et al.
    2024, arXiv:2402.09240)."""
    frozen_statistics: bool = False
    """Leave batch normalisation as it is: its statistics come from far more faces than there are now."""
    start_share: float = 0.0
    """What the weights that a run began with count for in those it ends with, such as 0.5, so that a network that
    learns on from few faces keeps what it knew (WiSE-FT, Wortsman et al., CVPR 2022, arXiv:2109.01903); 0 for
    nothing."""
    taught_by_start: bool = False
    """Learn half from what the model that a run begins with says itself, where no other teacher is named."""
    valence_arousal_weight: float = 0.0
    """What the squared error of valence and arousal counts beside the cross-entropy of the emotions, in networks that
    tell both; 0 for those that tell the emotions alone."""
    augmentation: Augmentation = Augmentation()
    seed: int = 20210

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    def steps(self, faces: int) -> int:
        """Batches of the whole run over a set of `faces`."""
        return self.epochs * (faces // self.batch_size)

    def stage(self, epoch: int) -> Stage:
        """The stage that `epoch`, counted from 0, belongs to. Raises IndexError beyond the last."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        raise IndexError("the recipe has fewer epochs")

    def fitted(self, faces: int) -> "Recipe":
        """The recipe for a set of `faces`: where these are few, smaller batches, a shorter warm-up, and an average that
        does not reach back to the weights of the beginning."""
        smaller = replace(self, batch_size=min(self.batch_size, faces))
        steps = smaller.steps(faces)
        averaging = min(self.averaging, steps / (steps + AVERAGED))
        return replace(smaller, warmup_steps=min(self.warmup_steps, steps // 2), averaging=averaging)


def names() -> list[str]:
    """Names of the recipes there are."""
    return sorted(module.name for module in pkgutil.iter_modules(recipes.__path__))


def load(name: str) -> Recipe:
    """Return the recipe called `name`. Raises ValueError, listing the recipes there are, for an unknown one."""
    if name not in names():
        raise ValueError(f"no recipe called {name!r}; there are: {', '.join(names())}")
    return importlib.import_module(f"training.recipes.{name}").RECIPE
