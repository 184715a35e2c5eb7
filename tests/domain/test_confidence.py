"""Figures of selective prediction: worked examples, bounds, and agreement with scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given
from hypothesis import strategies as st

from fers.domain import confidence

# Few different values, so that equal ones are common.
ANSWERS = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=40)


def _arrays(answers):
    sureness, correct = zip(*answers, strict=True)
    return np.array(sureness, float), np.array(correct)


def test_risk_coverage_of_a_worked_example():
    sureness, correct = _arrays([(0.9, True), (0.7, False), (0.7, True), (0.2, False)])
    thresholds, coverage, risk = confidence.risk_coverage(sureness, correct)
    assert thresholds.tolist() == [0.9, 0.7, 0.2]
    assert coverage.tolist() == [0.25, 0.75, 1]
    assert risk == pytest.approx([0, 1 / 3, 1 / 2])
    assert confidence.aurc(sureness, correct) == pytest.approx(0 / 4 + 2 * (1 / 3) / 4 + (1 / 2) / 4)


@given(ANSWERS)
def test_area_lies_between_the_best_order_and_the_worst(answers):
    sureness, correct = _arrays(answers)
    area = confidence.aurc(sureness, correct)
    best_first = np.sort(correct)[::-1]
    order = np.arange(len(correct), 0, -1.0)
    assert confidence.aurc(order, best_first) - 1e-9 <= area <= confidence.aurc(order, best_first[::-1]) + 1e-9
    assert confidence.aurc(np.zeros(len(correct)), correct) == pytest.approx(1 - correct.mean())


@given(ANSWERS)
def test_only_the_order_counts(answers):
    sureness, correct = _arrays(answers)
    for figure in (confidence.aurc, confidence.error_auroc):
        np.testing.assert_equal(figure(np.exp(sureness) + 7, correct), figure(sureness, correct))


@given(ANSWERS)
def test_auroc_agrees_with_scikit_learn(answers):
    sureness, correct = _arrays(answers)
    assume(0 < correct.sum() < len(correct))
    expected = sklearn.metrics.roc_auc_score(correct, sureness)
    assert confidence.error_auroc(sureness, correct) == pytest.approx(expected)


def test_without_a_wrong_answer_there_is_no_auroc():
    assert np.isnan(confidence.error_auroc(np.array([0.3, 0.9]), np.array([True, True])))


@given(ANSWERS, st.sampled_from([0.5, 0.75, 0.9, 1.0]))
def test_the_least_confidence_is_the_lowest_that_is_good_enough(answers, accuracy):
    sureness, correct = _arrays(answers)
    least = confidence.least_confidence(sureness, correct, accuracy)
    good_enough = [value for value in np.unique(sureness) if correct[sureness >= value].mean() >= accuracy]
    assert least == (good_enough[0] if good_enough else None)


def test_an_accuracy_that_is_reached_exactly_is_reached():
    """7 wrong of 100: in floats, 1 less 0.07 is a hair below 0.93."""
    assert confidence.least_confidence(np.full(100, 0.5), np.arange(100) >= 7, 0.93) == 0.5
