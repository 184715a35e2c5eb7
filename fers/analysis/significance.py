"""How far a figure measured on so many faces can be trusted."""

from collections.abc import Callable

import numpy as np
from scipy.stats import binom

RESAMPLES = 1000
SEED = 1979
FEW_PEOPLE = 30
"""With fewer, drawing people finds intervals that are still too narrow (Cameron, Gelbach and Miller, Review of
Economics and Statistics 90, 2008, of five to thirty)."""


def bootstrap_interval(
    measure: Callable[[np.ndarray], np.ndarray],
    faces: int,
    resamples: int = RESAMPLES,
    people: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The 95% percentile interval (Efron 1979) of what `measure` returns for the indices of resampled faces: its lower
    and upper ends, in the shape of what it returns; NaN for what is undefined in every resample. The same resamples for
    all, so that intervals can be compared.

    Faces of one person are not independent. With `people`, which says whose each of the n faces is, people are drawn,
    each with all of their faces: the cluster bootstrap (Field and Welsh, J. R. Statist. Soc. B 69, 2007). A single
    person says nothing of how people differ, so the ends are NaN.
    """
    random, draw = np.random.default_rng(SEED), _drawing(faces, people)
    values = np.array([measure(draw(random)) for _ in range(resamples)])
    ends = np.full((2, *values.shape[1:]), np.nan)
    defined = ~np.isnan(values).all(axis=0)
    if people is None or len(np.unique(people)) > 1:
        ends[:, defined] = np.nanquantile(values[:, defined], (0.025, 0.975), axis=0)
    return ends[0], ends[1]


def _drawing(faces: int, people: np.ndarray | None) -> Callable[[np.random.Generator], np.ndarray]:
    """What draws the indices of a resample. People are numbered as they come, so that with a face of each the draws are
    those of faces."""
    if people is None:
        return lambda random: random.integers(faces, size=faces)
    _, first, whose = np.unique(people, return_index=True, return_inverse=True)
    whose = np.argsort(np.argsort(first))[whose]
    order, sizes = np.argsort(whose, kind="stable"), np.bincount(whose)
    starts = sizes.cumsum() - sizes

    def draw(random: np.random.Generator) -> np.ndarray:
        drawn = random.integers(len(sizes), size=len(sizes))
        begins = np.repeat(starts[drawn] - (sizes[drawn].cumsum() - sizes[drawn]), sizes[drawn])
        return order[begins + np.arange(len(begins))]

    return draw


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
