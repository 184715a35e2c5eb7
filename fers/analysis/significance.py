"""How far a figure measured on so many faces can be trusted."""

from collections.abc import Callable

import numpy as np
from scipy.stats import binom

RESAMPLES = 1000
SEED = 1979


def bootstrap_interval(
    measure: Callable[[np.ndarray], np.ndarray], faces: int, resamples: int = RESAMPLES
) -> tuple[np.ndarray, np.ndarray]:
    """The 95% percentile interval (Efron 1979) of what `measure` returns for the indices of resampled faces: its lower
    and upper ends, in the shape of what it returns; NaN for what is undefined in every resample. The same resamples for
    all, so that intervals can be compared."""
    random = np.random.default_rng(SEED)
    values = np.array([measure(random.integers(faces, size=faces)) for _ in range(resamples)])
    ends = np.full((2, *values.shape[1:]), np.nan)
    defined = ~np.isnan(values).all(axis=0)
    ends[:, defined] = np.nanquantile(values[:, defined], (0.025, 0.975), axis=0)
    return ends[0], ends[1]


def mcnemar(one: np.ndarray, other: np.ndarray) -> float:
    """Chance, 0 to 1, of a difference at least this large between two models that are equally good, by the answers
    that only one of them has right: McNemar's test in its mid-p form (Fagerland et al. 2013).

    `one` and `other` are n booleans each: whether the models are right on the same faces.
    """
    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    discordant, fewer = only_one + only_other, min(only_one, only_other)
    if only_one == only_other:
        return 1.0
    return float(2 * binom.cdf(fewer, discordant, 0.5) - binom.pmf(fewer, discordant, 0.5))


def holm(p: np.ndarray) -> np.ndarray:
    """m chances, adjusted for having looked m times (Holm, Scandinavian Journal of Statistics 6, 1979): one that stays
    below 0.05 does so by accident in at most 5% of all such looks together. NaN stays NaN and counts as no look."""
    p = np.asarray(p, float)
    adjusted = np.full(p.shape, np.nan)
    looks = np.flatnonzero(~np.isnan(p))
    order = looks[np.argsort(p[looks], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
