"""Drift: how far new faces differ from those of a dataset version, and how far that can be chance."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fers.domain.consensus import agreeing_pairs, of_people
from fers.domain.emotions import Emotion
from fers.domain.exploring import QUARTERS, quarter
from fers.domain.faces import Source
from fers.domain.field import VersionSums
from fers.domain.versions import Entry

LITTLE, MUCH = 0.1, 0.25
"""Below the first a population stability index is usually called little change, above the second a significant one
(Siddiqi, Credit Risk Scorecards, 2006). They know nothing of how many faces there are: see `stability`."""
SMOOTHING = 0.5
"""Faces added to every class, so that the index of a week without a class is finite."""
RESAMPLES, SEED = 1000, 1984


@dataclass(frozen=True)
class Stability:
    """How far the class mix of each of n weeks is from a version's."""

    index: np.ndarray
    """The population stability index: the sum of (p - q) ln(p / q) over the classes. 0 for the same mix."""
    by_chance: np.ndarray
    """95% of weeks with so few faces have less than this even if nothing has changed."""

    @property
    def drifted(self) -> np.ndarray:
        """Whether each week differs by more than little, and by more than chance."""
        return (self.index > self.by_chance) & (self.index > LITTLE)


def stability(weeks: np.ndarray, version: np.ndarray) -> Stability:
    """Compare counts of classes in n weeks (n x 8) with those in a version (8).

    The index of few faces is large by chance (Yurdakul and Naranjo, J. Risk Model Validation 14, 2020). So weeks and
    version are drawn anew from the mix that they have together, as often as `RESAMPLES`, with as many faces each.
    """
    random = np.random.default_rng(SEED)
    weeks, version = np.asarray(weeks, int), np.asarray(version, int)
    limits = []
    for week in weeks:
        mix = _smoothed(week + version)
        drawn = random.multinomial(week.sum(), mix, RESAMPLES), random.multinomial(version.sum(), mix, RESAMPLES)
        limits.append(np.quantile(_index(*drawn), 0.95))
    return Stability(_index(weeks, version), np.array(limits))


def mean_interval(total: float, squares: float, count: int) -> tuple[float, float, float]:
    """A mean with the ends of its 95% interval, from sums of n numbers between 0 and 1 and of their squares; the ends
    are 0 and 1 for a single one, which says nothing of how they vary."""
    mean = total / count
    if count < 2:
        return mean, 0.0, 1.0
    variance = max(0.0, squares / count - mean**2) * count / (count - 1)
    reach = NormalDist().inv_cdf(0.975) * (variance / count) ** 0.5
    return mean, max(0.0, mean - reach), min(1.0, mean + reach)


def version_sums(version_id: str, entries: Iterable[Entry]) -> VersionSums:
    """What the faces of a version come to, in one pass."""
    labels, sums = np.zeros(len(Emotion), int), Counter()
    for entry in entries:
        sums["faces"] += 1
        if entry.source is Source.IMPORT:
            continue
        sure = max(entry.probabilities)
        sums["given"] += 1
        sums["confidence"] += sure
        sums["squares"] += sure**2
        if entry.own_label is not None:
            labels[entry.own_label] += 1
            sums["agreed"] += entry.probabilities.index(sure) == entry.own_label
        pairs = agreeing_pairs(of_people(entry.votes))
        if pairs is not None:
            sums["reviewed"] += 1
            sums["united"] += quarter(pairs) == QUARTERS[-1]
    return VersionSums(
        version_id,
        sums["faces"],
        sums["given"],
        tuple(labels.tolist()),
        float(sums["confidence"]),
        float(sums["squares"]),
        int(sums["agreed"]),
        sums["reviewed"],
        int(sums["united"]),
    )


def _smoothed(counts: np.ndarray) -> np.ndarray:
    counts = counts + SMOOTHING
    return counts / counts.sum(axis=-1, keepdims=True)


def _index(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    p, q = _smoothed(one), _smoothed(other)
    return ((p - q) * np.log(p / q)).sum(axis=-1)
