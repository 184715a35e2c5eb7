"""How all systems of Table II of Siddiqui et al. (2021) are trained, so that comparing them compares architectures.

All learn from the same faces with the same augmentation, for as many epochs, with step sizes that fall along half a
cosine and with averaged weights.
"""

from dataclasses import replace
from typing import Any

from training.recipe import Recipe, Stage

EPOCHS_BY_SIDE = {32: 24, 40: 18, 48: 18}
EPOCHS = sum(EPOCHS_BY_SIDE.values())
BATCH_SIZE = 128
_PROTOCOL = Recipe(
    model="",
    stages=(),
    batch_size=BATCH_SIZE,
    learning_rate=0.1,
    warmup_steps=200,
    class_weight_power=0.25,
    soft_targets=True,
    optimizer="sgd",
    weight_decay=0.005,
    averaging=0.999,
)


def grown(model: str, valence_arousal_weight: float = 0.0, **options: Any) -> Recipe:
    """For a network whose weights do not depend on the side of a face: it begins with smaller, cheaper ones."""
    stages = tuple(Stage(epochs, {"side": side} | options) for side, epochs in EPOCHS_BY_SIDE.items())
    return replace(_PROTOCOL, model=model, stages=stages, valence_arousal_weight=valence_arousal_weight)


def by_adam(model: str, epochs: int = EPOCHS, **options: Any) -> Recipe:
    """For a network without batch normalisation, or with large dense layers behind it: stochastic gradient descent at
    the others' step size would break it, and its authors took Adam."""
    stages = (Stage(epochs, options),)
    return replace(_PROTOCOL, model=model, stages=stages, optimizer="adam", learning_rate=0.0006, weight_decay=0.0)
