"""Two models on parts of the same faces, with how far each part can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from fers.analysis.wilson import wilson
from fers.domain import metrics
from fers.domain.yardsticks import Figure

LEAST_FACES = 30
"""With fewer, the interval is wider than the differences between models (at 50%, 33 points or more)."""
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Slice:
    """The faces that have something in common."""

    dimension: str
    """What the faces are parted by."""
    name: str
    faces: int
    people: int
    """How many people they are of. Intervals take every face for one more, so with few people they are too narrow."""
    accuracy: tuple[Figure, Figure]
    """Of either model, with its Wilson 95% interval."""
    difference: Figure
    """How much better the first is on the same faces, -1 to 1, with a 95% interval."""

    @property
    def is_small(self) -> bool:
        return self.faces < LEAST_FACES

    @property
    def tells_them_apart(self) -> bool:
        """Whether one model is better here, as far as this many faces can say."""
        _, low, high = self.difference
        return not self.is_small and not low <= 0 <= high


@dataclass(frozen=True)
class Reliability:
    """How far a model's confidence means what it says; each of n bins of it, as `metrics.reliability` has them."""

    faces: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    ece: float
    """0 to 1."""


@dataclass(frozen=True)
class Gap:
    """A model's score on a benchmark beside its score on the faces that were given here."""

    model_id: str
    benchmark: str
    promised: float
    """Top-1 on the benchmark, as the model's folder states it."""
    found: Figure


def slices(
    dimension: str,
    names: Sequence[str | None],
    order: Sequence[str],
    people: Sequence,
    right: Sequence[np.ndarray],
) -> list[Slice]:
    """The slices of n faces that fall into `names` (None: into none), in the given order; empty ones are left out.

    `people` says whose face each is, and `right`, two times n booleans, which model is right about it.
    """
    parts, names, people = [], np.array(names, object), np.asarray(people)
    for name in order:
        inside = names == name
        if not inside.any():
            continue
        one, other = (of_model[inside] for of_model in right)
        whose = np.unique(people[inside])
        accuracy = tuple(wilson(of_model.sum(), len(of_model)) for of_model in (one, other))
        parts.append(Slice(dimension, name, len(one), len(whose), accuracy, paired_difference(one, other)))
    return parts


def paired_difference(one: np.ndarray, other: np.ndarray) -> Figure:
    """How much more often `one` is right than `other` on the same n >= 1 faces, with the 95% interval of Agresti and
    Min (Statistics in Medicine 24, 2005): Wald's after half a face is added to each cell of the two-by-two table, which
    keeps its promise with few faces too."""
    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    faces = len(one) + 2
    centre = (only_one - only_other) / faces
    spread = _Z * np.sqrt(only_one + only_other + 1 - faces * centre**2) / faces
    value = (only_one - only_other) / len(one)
    return value, float(max(-1, centre - spread)), float(min(1, centre + spread))


def reliability(answers: np.ndarray, labels: np.ndarray) -> Reliability:
    """Of n x 8 `answers` to faces with n `labels`."""
    return Reliability(*metrics.reliability(answers, labels), ece=metrics.expected_calibration_error(answers, labels))


def gaps(model_id: str, benchmarks: dict, found: Figure) -> list[Gap]:
    """One for each benchmark of a model's `metrics` that states a top-1."""
    return [
        Gap(model_id, name, float(scores["top1"]), found)
        for name, scores in benchmarks.items()
        if isinstance(scores, dict) and isinstance(scores.get("top1"), int | float)
    ]
