"""Coefficients agree with published worked examples and with the libraries that are known for them."""

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as library_fleiss_kappa

from fers.analysis.coefficients import cohen_kappa, fleiss_kappa, interval_alpha, nominal_alpha
from tests.analysis.labelling import CLASSES, NOTHING, counts_of, tables

NONE = np.nan

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: 4 observers x 12 units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)

# "Fleiss' kappa", Wikipedia: 14 raters assign 10 subjects to 5 categories.
FLEISS = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)

# "Cohen's kappa", Wikipedia: two readers say yes (1) or no (0) to 50 proposals.
COHEN = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [20, 5, 10, 15], axis=0)


def moments_of(numbers: np.ndarray) -> np.ndarray:
    """faces x 3 of a table of annotators x faces, NaN where there is none, for the faces that have two."""
    given = ~np.isnan(numbers)
    moments = np.stack([given.sum(axis=0), np.nansum(numbers, axis=0), np.nansum(numbers**2, axis=0)], axis=1)
    return moments[moments[:, 0] > 1]


def once(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows))


def test_krippendorffs_own_example():
    counts = counts_of(np.nan_to_num(KRIPPENDORFF, nan=NOTHING).astype(int))
    assert nominal_alpha(counts, once(counts)) == pytest.approx(0.743, abs=0.0005)
    moments = moments_of(KRIPPENDORFF)
    assert interval_alpha(moments, once(moments)) == pytest.approx(0.849, abs=0.0005)


def test_fleiss_example():
    assert fleiss_kappa(FLEISS, once(FLEISS)) == pytest.approx(0.210, abs=0.0005)


def test_cohen_example():
    assert cohen_kappa(COHEN, once(COHEN)) == pytest.approx(0.4)


@given(tables())
def test_nominal_alpha_is_the_librarys(table):
    counts = counts_of(table)
    assume((counts.sum(axis=0) > 0).sum() > 1)
    expected = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    assert nominal_alpha(counts, once(counts)) == pytest.approx(expected)


@given(arrays(float, (3, 8), elements=st.one_of(st.just(NONE), st.integers(-100, 100).map(lambda cents: cents / 100))))
def test_interval_alpha_is_the_librarys(numbers):
    moments = moments_of(numbers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            expected = krippendorff.alpha(reliability_data=numbers, level_of_measurement="interval")
        except ValueError:  # nothing that can be compared
            expected = NONE
    assume(not np.isnan(expected))
    assert interval_alpha(moments, once(moments)) == pytest.approx(expected)


@given(tables(least_said=0))
def test_fleiss_kappa_is_the_librarys(table):
    counts = counts_of(table)
    assume((counts.sum(axis=0) > 0).sum() > 1)
    assert fleiss_kappa(counts, once(counts)) == pytest.approx(library_fleiss_kappa(counts))


@given(tables(least_said=0))
def test_cohen_kappa_is_the_librarys(table):
    pairs = table[:2].T
    assume(len(np.unique(pairs)) > 1)
    assert cohen_kappa(pairs, once(pairs)) == pytest.approx(cohen_kappa_score(*pairs.T))


@given(tables(least_said=0), st.data())
def test_a_weight_counts_a_face_that_often(table, data):
    counts, pairs = counts_of(table), table[:2].T
    weights = data.draw(arrays(np.int64, (2, len(counts)), elements=st.integers(0, 3)))
    assume(weights.any(axis=1).all())
    for coefficient, rows in ((nominal_alpha, counts), (fleiss_kappa, counts), (cohen_kappa, pairs)):
        repeated = [np.repeat(rows, of_faces, axis=0) for of_faces in weights]
        np.testing.assert_allclose(
            coefficient(rows, weights), [coefficient(faces, once(faces)) for faces in repeated], atol=1e-12
        )


@pytest.mark.parametrize("said", range(CLASSES))
def test_nothing_is_said_of_agreement_where_nobody_could_disagree(said):
    counts = CLASSES * np.eye(CLASSES, dtype=int)[[said] * 3]
    assert np.isnan(nominal_alpha(counts, once(counts)))
    assert np.isnan(fleiss_kappa(counts, once(counts)))
    assert np.isnan(cohen_kappa(np.full((3, 2), said), np.ones(3)))
    assert np.isnan(interval_alpha(moments_of(np.full((3, 4), said / 10)), np.ones(4)))
