"""Coefficients of agreement beyond chance.

Each takes `rows`, what is known of every face, and `weights` (... x faces), how often each face counts, and returns one
coefficient for every set of weights: 1 where all agree, 0 where agreement is what chance gives, below 0 where it is
less. It is NaN where chance alone gives full agreement: all labels are the same. Weights are what libraries lack and a
bootstrap needs: a thousand resamples are one matrix product. The tests hold the values to those of `krippendorff`,
`scikit-learn` and `statsmodels`.
"""

import numpy as np

LEAST_VARIANCE = 1e-12
"""Numbers between -1 and 1 that vary less than this are the same number, but for rounding."""


def nominal_alpha(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Krippendorff's alpha of class ids (Krippendorff, Content Analysis, 2004, ch. 11; missing labels allowed).

    `counts` is faces x classes: how many annotators chose each class; each face has at least two labels.
    """
    observed, marginals = _agreeing(counts, weights)
    labels = marginals.sum(axis=-1)
    # Two labels drawn from all labels, the second from those that are left.
    expected = (marginals * (marginals - 1)).sum(axis=-1) / (labels * (labels - 1))
    return _beyond_chance(observed, expected)


def fleiss_kappa(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fleiss' kappa (Fleiss, Psychological Bulletin 76, 1971). `counts` as for `nominal_alpha`; each face has the same
    number of labels."""
    observed, marginals = _agreeing(counts, weights)
    shares = marginals / marginals.sum(axis=-1, keepdims=True)
    return _beyond_chance(observed, (shares**2).sum(axis=-1))


def cohen_kappa(pairs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Cohen's kappa of two annotators (Cohen, Educational and Psychological Measurement 20, 1960). `pairs` is faces x 2
    class ids: what the first and the second annotator chose."""
    first, second = (pairs[:, [annotator]] == np.arange(pairs.max() + 1) for annotator in (0, 1))
    faces = weights.sum(axis=-1)
    observed = weights @ (pairs[:, 0] == pairs[:, 1]) / faces
    expected = ((weights @ first) * (weights @ second)).sum(axis=-1) / faces**2
    return _beyond_chance(observed, expected)


def interval_alpha(moments: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Krippendorff's alpha of numbers whose differences count squared (Krippendorff 2004, ch. 11).

    `moments` is faces x 3: how many numbers a face has (at least two), their sum, and the sum of their squares.
    """
    labels, total, squares = (weights @ moments).T
    observed = weights @ _squared_differences(*moments.T)
    expected = _squared_differences(labels, total, squares)
    apart = expected > LEAST_VARIANCE * labels
    return 1 - np.divide(observed, expected, out=np.full_like(expected, np.nan), where=apart)


def _agreeing(counts: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of pairs of labels of one face that agree, each label counting once, and the labels of each class."""
    labels = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (labels - 1)
    return weights @ agreeing / (weights @ labels), weights @ counts


def _squared_differences(labels: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """The mean squared difference to the other numbers, summed over the numbers that have these moments."""
    return 2 * (labels * squares - total**2).clip(min=0) / (labels - 1)


def _beyond_chance(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return np.divide(observed - expected, 1 - expected, out=np.full_like(expected, np.nan), where=expected < 1)
