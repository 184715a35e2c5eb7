"""Metrics agree with scikit-learn's, and with an ECE worked out by hand."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fers.domain import metrics

CLASSES = 8


@st.composite
def predictions(draw):
    n = draw(st.integers(1, 60))
    # Whole numbers stay different when they are divided by one sum: ties may be broken either way.
    scores = draw(arrays(np.int64, (n, CLASSES), elements=st.integers(1, 1_000_000), unique=True))
    labels = draw(arrays(np.int64, n, elements=st.integers(0, CLASSES - 1)))
    return scores / scores.sum(axis=1, keepdims=True), labels


@given(predictions())
def test_agrees_with_scikit_learn(given_predictions):
    probabilities, labels = given_predictions
    predicted = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(probabilities, labels)
    np.testing.assert_array_equal(confusion, sklearn.metrics.confusion_matrix(labels, predicted, labels=range(CLASSES)))
    assert metrics.macro_f1(confusion) == pytest.approx(sklearn.metrics.f1_score(labels, predicted, average="macro"))
    present = np.unique(labels)
    np.testing.assert_allclose(
        metrics.recall(confusion)[present],
        sklearn.metrics.recall_score(labels, predicted, labels=present, average=None, zero_division=0),
    )
    for k in (1, 3):
        expected = sklearn.metrics.top_k_accuracy_score(labels, probabilities, k=k, labels=range(CLASSES))
        assert metrics.top_k_accuracy(probabilities, labels, k) == pytest.approx(expected)


@given(predictions())
def test_more_guesses_never_hurt(given_predictions):
    accuracies = [metrics.top_k_accuracy(*given_predictions, k) for k in range(1, CLASSES + 1)]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] == 1


def test_recall_of_a_class_without_faces_is_not_a_number():
    confusion = metrics.confusion_matrix(np.eye(CLASSES)[[0]], np.array([0]))
    assert metrics.recall(confusion)[0] == 1
    assert np.isnan(metrics.recall(confusion)[1:]).all()


def _confident(confidence, predicted=0):
    row = np.full(CLASSES, (1 - confidence) / (CLASSES - 1))
    row[predicted] = confidence
    return row


def test_calibration_error_of_a_worked_example():
    # Four faces at 0.9, half of them right: a gap of 0.4. One at 0.6, right: a gap of 0.4 the other way.
    probabilities = np.array([_confident(0.9)] * 4 + [_confident(0.6)])
    labels = np.array([0, 0, 1, 1, 0])
    assert metrics.expected_calibration_error(probabilities, labels) == pytest.approx(0.4)


def test_opposite_gaps_within_a_bin_cancel():
    probabilities = np.array([_confident(0.75), _confident(0.75), _confident(0.75), _confident(0.75)])
    labels = np.array([0, 0, 0, 1])
    assert metrics.expected_calibration_error(probabilities, labels) == pytest.approx(0)


def test_reliability_of_a_worked_example():
    probabilities = np.array([_confident(0.9)] * 4 + [_confident(0.6)])
    faces, confidence, accuracy = metrics.reliability(probabilities, np.array([0, 0, 1, 1, 0]), bins=10)
    assert faces.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 4, 0]
    assert (confidence[[5, 8]], accuracy[[5, 8]]) == (pytest.approx([0.6, 0.9]), pytest.approx([1, 0.5]))
    assert np.isnan(accuracy[faces == 0]).all()


@given(predictions())
def test_likelihood_agrees_with_scikit_learn(given_predictions):
    probabilities, labels = given_predictions
    expected = sklearn.metrics.log_loss(labels, probabilities, labels=range(CLASSES))
    assert metrics.negative_log_likelihood(probabilities, labels) == pytest.approx(expected)


def test_an_impossible_label_costs_much_but_not_everything():
    assert 20 < metrics.negative_log_likelihood(np.eye(CLASSES)[[0]], np.array([1])) < 40
