"""Two models on parts of the same faces, with how far each part can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fers.analysis.significance import FEW_PEOPLE, design_effect
from fers.analysis.wilson import Z, wilson
from fers.domain import metrics
from fers.domain.evaluation_sets import Figure


@dataclass(frozen=True)
class Slice:
    """The faces that have something in common."""

    dimension: str
    """What the faces are parted by."""
    name: str
    faces: int
    people: int
    """How many people they are of."""
    accuracy: tuple[Figure, Figure]
    """Of either model, with its Wilson 95% interval, wider where faces of one person go together."""
    difference: Figure
    """How much better the first is on the same faces, -1 to 1, with a 95% interval."""

    @property
    def is_small(self) -> bool:
        """With so few people, intervals are wider than the differences between models, and true ones wider still."""
        return self.people < FEW_PEOPLE

    @property
    def tells_them_apart(self) -> bool:
        """Whether one model is better here, as far as this many people can say."""
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
    people: np.ndarray,
    right: Sequence[np.ndarray],
) -> list[Slice]:
    """The slices of n faces that fall into `names` (None: into none), in the given order; empty ones are left out.

    `people` says by numbers from 0 whose face each is, and `right`, two times n booleans, which model is right on it.
    """
    parts, names = [], np.array(names, object)
    for name in order:
        inside = names == name
        if not inside.any():
            continue
        one, other = (of_model[inside] for of_model in right)
        whose = people[inside]
        accuracy = (accuracy_of(one, whose), accuracy_of(other, whose))
        difference = paired_difference(one, other, whose)
        parts.append(Slice(dimension, name, len(one), len(np.unique(whose)), accuracy, difference))
    return parts


def accuracy_of(right: np.ndarray, people: np.ndarray) -> Figure:
    """How often a model is right on n >= 1 faces, with its Wilson 95% interval; `people` says whose each face is."""
    effect = design_effect(right, people)
    return wilson(right.sum() / effect, len(right) / effect)


def paired_difference(one: np.ndarray, other: np.ndarray, people: np.ndarray) -> Figure:
    """How much more often `one` is right than `other` on the same n >= 1 faces, with the 95% interval of Agresti and
    Min (Statistics in Medicine 24, 2005): Wald's after half a face is added to each cell of the two-by-two table, which
    keeps its promise with few faces too. `people` says whose each face is."""
    effect = design_effect(one.astype(int) - other, people)
    only_one, only_other = (one & ~other).sum() / effect, (other & ~one).sum() / effect
    faces = len(one) / effect + 2
    centre = (only_one - only_other) / faces
    spread = Z * np.sqrt(only_one + only_other + 1 - faces * centre**2) / faces
    return float(one.mean() - other.mean()), float(max(-1, centre - spread)), float(min(1, centre + spread))


def reliability(answers: np.ndarray, labels: np.ndarray) -> Reliability:
    """Of n x 8 `answers` to faces with n `labels`."""
    return Reliability(*metrics.reliability(answers, labels), ece=metrics.expected_calibration_error(answers, labels))


def gaps(model_id: str, benchmarks: dict, found: Figure) -> list[Gap]:
    """One for each benchmark of a model's `metrics` that states a top-1, from 0 to 1."""
    return [
        Gap(model_id, name, float(scores["top1"]), found)
        for name, scores in benchmarks.items()
        if isinstance(scores, dict) and isinstance(scores.get("top1"), int | float) and 0 <= scores["top1"] <= 1
    ]
