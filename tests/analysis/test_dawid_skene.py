"""The example of Dawid and Skene's paper comes out as printed there."""

import numpy as np
import pytest

from fers.analysis.dawid_skene import error_rates
from fers.analysis.votes import Votes

# How fit for anaesthesia (1 to 4) observer 1, three times, and observers 2 to 5 found each of 45 patients.
TABLE_1 = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111
1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
OBSERVERS = [0, 0, 0, 1, 2, 3, 4]

# Table 2 of the paper: the share of each class, and how often each observer gives each response in each true class.
PREVALENCE = [0.40, 0.42, 0.11, 0.07]
ERROR_RATES = [
    [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]],
    [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    [[1, 0, 0, 0], [0.11, 0.79, 0.11, 0], [0, 0.40, 0.20, 0.40], [0, 0, 0.67, 0.33]],
    [[0.94, 0.06, 0, 0], [0.05, 0.84, 0.10, 0], [0, 0, 0.80, 0.20], [0, 0, 0.33, 0.67]],
    [[1, 0, 0, 0], [0.16, 0.73, 0.11, 0], [0, 0.21, 0.79, 0], [0, 0, 0.33, 0.67]],
]


@pytest.fixture(scope="module")
def estimate():
    responses = np.array([[int(response) - 1 for response in patient] for patient in TABLE_1.split()])
    votes = Votes(
        faces=tuple(f"{patient:02}" for patient in range(1, 46)),
        annotators=tuple("12345"),
        face=np.repeat(np.arange(45), len(OBSERVERS)),
        annotator=np.tile(OBSERVERS, 45),
        value=responses.ravel(),
    )
    return error_rates(votes, classes=4)


def test_observers(estimate):
    np.testing.assert_allclose(estimate.prevalence, PREVALENCE, atol=0.006)
    np.testing.assert_allclose(estimate.rates, ERROR_RATES, atol=0.006)


def test_how_often_an_observer_is_right_weighs_classes_by_how_common_they_are(estimate):
    first = sum(share * rate for share, rate in zip(PREVALENCE, (0.89, 0.88, 0.66, 0.44), strict=True))
    assert estimate.accuracy[0] == pytest.approx(first, abs=0.01)


@pytest.mark.parametrize(
    ("patient", "belief"),
    [(2, [0, 0, 0, 1]), (3, [0, 1, 0, 0]), (7, [0.98, 0.02, 0, 0]), (12, [0, 0, 1, 0]), (35, [0, 0.95, 0.05, 0])],
)
def test_patients_whom_the_observers_see_differently(estimate, patient, belief):
    np.testing.assert_allclose(estimate.belief[patient - 1], belief, atol=0.006)
