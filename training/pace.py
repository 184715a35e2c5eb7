"""How long a run will still take."""

import importlib
from collections.abc import Sequence

from training.recipe import Recipe


class Pace:
    """Foretells by what the epochs took that are over, and by how many pixels each of all looks at."""

    def __init__(self, costs: Sequence[float]):
        """`costs`: of each epoch of the run, in any unit."""
        self._costs = costs
        self._seconds = 0.0
        self._paid = 0.0

    def took(self, epoch: int, seconds: float) -> None:
        """`epoch`, counted from 0, is over."""
        self._seconds += seconds
        self._paid += self._costs[epoch]

    def left(self, epoch: int) -> float:
        """Seconds from the end of `epoch` to that of the run. At least one epoch must be over."""
        return sum(self._costs[epoch + 1 :]) * self._seconds / self._paid


def costs(chosen: Recipe) -> list[int]:
    """Pixels of a face that the network of a recipe looks at in each epoch; 1 where it is always the same network."""
    if chosen.model is None:
        return [1] * chosen.epochs
    build = importlib.import_module(f"training.models.{chosen.model}").build
    of_stages = []
    for stage in chosen.stages:
        height, width = build(**stage.options).input_shape[1:3]
        of_stages += [height * width] * stage.epochs
    return of_stages


def in_words(seconds: float) -> str:
    """Such as "about 2 h 5 min"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"about {minutes} min" if minutes else "less than a minute"
    return f"about {hours} h {minutes} min"
