"""How far a figure measured on so many faces can be trusted."""

from collections.abc import Callable, Sequence

import numpy as np

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
    inflated: Sequence[int] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """The 95% percentile interval (Efron 1979) of what `measure` returns for the indices of resampled faces: its lower
    and upper ends, in the shape of what it returns; NaN for what is undefined in every resample. The same resamples for
    all, so that intervals can be compared.

    Faces of one person are not independent. With `people`, which says whose each of the n faces is, people are drawn,
    each with all of their faces: the cluster bootstrap (Field and Welsh, J. R. Statist. Soc. B 69, 2007). A single
    person says nothing of how people differ, so the ends are NaN.

    `inflated`: places, in what `measure` returns, of figures that chance makes larger and never smaller, as it does an
    ECE. A resample has the chance of the faces and its own, so it is above their figure, and often all of its interval
    would be. It is moved back by as much as resamples are above on average (Efron and Tibshirani, An Introduction to
    the Bootstrap, 1993, ch. 10), though not below 0: an interval of what so many other faces would show.
    """
    random, draw = np.random.default_rng(SEED), drawing(faces, people)
    values = np.array([measure(draw(random)) for _ in range(resamples)])
    for place in inflated:
        values[:, place] = _moved_back(values[:, place], measure(np.arange(faces))[place])
    ends = np.full((2, *values.shape[1:]), np.nan)
    defined = ~np.isnan(values).all(axis=0)
    if people is None or len(np.unique(people)) > 1:
        ends[:, defined] = np.nanquantile(values[:, defined], (0.025, 0.975), axis=0)
    return ends[0], ends[1]


def drawing(faces: int, people: np.ndarray | None) -> Callable[[np.random.Generator], np.ndarray]:
    """What draws the indices of a resample of n faces, or of whole `people`. These are numbered as they come, so that
    with a face of each the draws are those of faces."""
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


def _moved_back(draws: np.ndarray, figure: float) -> np.ndarray:
    """Draws of a figure from 0 on whose mean is the figure itself."""
    known = draws[~np.isnan(draws)]
    return (draws - (known.mean() - figure)).clip(min=0) if len(known) else draws


def design_effect(values: np.ndarray, people: np.ndarray) -> float:
    """How much less faces tell because those of one person go together: of the mean of n `values`, one a face, they
    tell as much as n divided by this would that are of a person each (Rao and Scott, Biometrics 48, 1992). `people`
    says by numbers from 0 whose each face is. 1 with a face of each, and never less.

    Where all values are equal, nothing is seen of how people differ, and all faces of a person are taken for alike.
    """
    off = values - values.mean()
    apart, faces = (off**2).sum(), np.bincount(people)
    if not apart:
        return float((faces**2).sum() / faces.sum())
    return max(1.0, float((np.bincount(people, weights=off) ** 2).sum() / apart))


def mcnemar(one: np.ndarray, other: np.ndarray, people: np.ndarray | None = None) -> float:
    """Chance, 0 to 1, of a difference at least this large between two models that are equally good, by the answers
    that only one of them has right: McNemar's test in its mid-p form (Fagerland et al. 2013).

    `one` and `other` are n booleans each: whether the models are right on the same faces. With `people`, which says by
    numbers from 0 whose each face is, a person with all of their faces is one pair. Of equally good models either could
    have been the one that a person speaks for, so all ways to swap the two person by person are counted, exactly
    (Fisher, The Design of Experiments, 1935, section 21). With a face of each it is McNemar's test.
    """
    ahead = one.astype(int) - other
    if people is not None:
        ahead = np.bincount(people, weights=ahead).astype(int)
    chances = _ways_to_share(np.abs(ahead))
    fewer = (len(chances) - 1 - abs(int(ahead.sum()))) // 2
    return float(np.clip(2 * chances[:fewer].sum() + chances[fewer], 0, 1))  # Rounded, it may be a hair outside.


def _ways_to_share(faces: np.ndarray) -> np.ndarray:
    """Each of n people tosses for which of two models gets all of their `faces`: the chance that the first gets none
    in all, one, two, up to all."""
    from scipy.signal import convolve
    from scipy.stats import binom

    chances = np.ones(1)
    for size, people in zip(*np.unique(faces[faces > 0], return_counts=True), strict=True):
        of_size = np.zeros(size * people + 1)
        of_size[::size] = binom.pmf(np.arange(people + 1), people, 0.5)
        chances = convolve(chances, of_size)
    return chances


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
