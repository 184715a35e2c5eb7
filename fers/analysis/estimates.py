"""A number with its 95% interval, over faces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fers.analysis.slices import accuracy_of

INTERVAL = (0.025, 0.975)
SAME = 1e-9
"""Draws that differ by less are the same, but for rounding."""
NUMBERS_AT_ONCE = 2_000_000
"""Weights held in memory at a time (16 MB)."""

Coefficient = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """A coefficient with its 95% interval. All three are NaN where it is undefined: without a face that has the labels
    it needs, or where all labels are the same, so that nobody had a chance to disagree. The ends alone are NaN where
    faces don't differ, as a single one, or many on which all agree: then they don't say how much others would."""

    value: float
    low: float
    high: float
    faces: int
    """How many faces it is computed from."""
    labels: int
    """How many labels of those faces it is computed from."""

    @property
    def is_defined(self) -> bool:
        return not np.isnan(self.value)

    @property
    def has_interval(self) -> bool:
        return not np.isnan(self.low)


UNDEFINED = Estimate(np.nan, np.nan, np.nan, 0, 0)


def share_of(agreeing: np.ndarray, comparisons: np.ndarray, labels: int) -> Estimate:
    """The plain share, 0 to 1, of comparisons that agree, without regard to chance, from so many `labels`. `agreeing`
    and `comparisons` are what n faces have of each, one or more comparisons a face.

    The interval is Wilson's, wider where the comparisons of one face go together: where all of few agree, or none,
    every draw of a bootstrap would say the same.
    """
    if not len(comparisons):
        return UNDEFINED
    order = np.lexsort((agreeing, comparisons))  # Sums are rounded otherwise in another order.
    agreeing, comparisons = agreeing[order], comparisons[order]
    face = np.repeat(np.arange(len(comparisons)), comparisons)
    within = np.arange(len(face)) - (comparisons.cumsum() - comparisons)[face]
    return Estimate(*accuracy_of(within < agreeing[face], face), len(comparisons), int(labels))


@dataclass(frozen=True)
class Bootstrap:
    """Draws faces anew, each with all its labels, and takes the percentiles of the coefficient (Efron, Annals of
    Statistics 7, 1979). So the interval says how sure the value is for these annotators on other faces like these."""

    resamples: int = 1000
    seed: int = 0

    def estimate(self, rows: np.ndarray, coefficient: Coefficient, labels: int) -> Estimate:
        """`coefficient` over `rows` (faces x what it needs to know of a face), which rest on so many `labels`.
        Resamples for which it is undefined, such as those without any face of a rare class, are left out."""
        if not len(rows):
            return UNDEFINED
        # Faces with equal rows are interchangeable: it is enough to draw how many there are of each kind.
        kinds, faces = np.unique(rows, axis=0, return_counts=True)
        value = float(coefficient(kinds, faces[None].astype(float))[0])
        draws = np.concatenate([coefficient(kinds, weights) for weights in self._weights(faces)])
        draws = draws[~np.isnan(draws)]
        differ = len(draws) and np.ptp(draws) > SAME
        low, high = np.quantile(draws, INTERVAL) if differ and not np.isnan(value) else (np.nan, np.nan)
        return Estimate(value, float(low), float(high), len(rows), int(labels))

    def _weights(self, faces: np.ndarray) -> Iterator[np.ndarray]:
        random = np.random.default_rng(self.seed)
        at_once = max(1, NUMBERS_AT_ONCE // len(faces))
        for start in range(0, self.resamples, at_once):
            size = min(at_once, self.resamples - start)
            yield random.multinomial(faces.sum(), faces / faces.sum(), size=size).astype(float)
