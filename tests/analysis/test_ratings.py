"""Bradley-Terry strengths agree with the closed form for two, with the truth for many, and never run away."""

import numpy as np
import pytest

from fers.analysis.ratings import ratings, strengths


def test_two_models_differ_by_the_log_odds_of_their_duels():
    first, second = strengths(np.array([[0, 7500], [2500, 0]]))
    assert first - second == pytest.approx(np.log(3), abs=1e-3)
    assert first + second == pytest.approx(0, abs=1e-9)


def test_the_strengths_that_made_the_duels_are_found_again():
    truth = np.array([1.0, 0.2, -0.3, -0.9])
    chance = 1 / (1 + np.exp(-np.subtract.outer(truth, truth)))
    wins = np.where(np.eye(4, dtype=bool), 0, 2000 * chance)
    assert strengths(wins) == pytest.approx(truth - truth.mean(), abs=0.01)
    for rating, strength in zip(ratings(np.rint(wins)), truth - truth.mean(), strict=True):
        assert rating.low < strength < rating.high
        assert rating.duels == 6000


def test_who_never_lost_is_strong_but_not_infinitely_so():
    winner, loser = ratings(np.array([[0, 5], [0, 0]]))
    assert winner.strength > loser.strength
    assert np.isfinite([winner.high, loser.low]).all()


def test_without_duels_nobody_is_stronger():
    assert [rating.strength for rating in ratings(np.zeros((3, 3)))] == pytest.approx([0, 0, 0])
