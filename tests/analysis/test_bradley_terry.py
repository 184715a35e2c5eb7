"""Strengths from comparisons of two, against published examples and against what the likelihood itself demands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fers.analysis.bradley_terry import rank

# Agresti, Categorical Data Analysis, 2nd ed., table 10.10: the American League's Eastern Division in 1987.
BASEBALL = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],  # Milwaukee
        [6, 0, 7, 5, 11, 9, 9],  # Detroit
        [4, 6, 0, 7, 7, 8, 12],  # Toronto
        [6, 8, 6, 0, 6, 7, 10],  # New York
        [6, 2, 6, 7, 0, 7, 12],  # Boston
        [4, 4, 5, 6, 6, 0, 6],  # Cleveland
        [2, 4, 1, 3, 1, 7, 0],  # Baltimore
    ]
)
# Against Baltimore, as the R package BradleyTerry2 (Turner and Firth, J. Stat. Software 48, 2012) prints them.
BASEBALL_STRENGTHS = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839]
BASEBALL_ERRORS = [0.3433, 0.3396, 0.3367, 0.3359, 0.3339, 0.3319]

# Davidson (1970): two of six chocolate puddings at a time: first, second, wins of each, no preference.
PUDDINGS = """1 2 19 22 16, 1 3 16 19 12, 2 3 19 19 10, 1 4 18 23 13, 2 4 23 19 9, 3 4 19 20 15, 1 5 13 19 18,
    2 5 16 20 12, 3 5 16 15 17, 4 5 17 14 16, 1 6 18 21 12, 2 6 22 20 12, 3 6 13 18 10, 4 6 14 19 18, 5 6 11 21 12"""
# As the R package PlackettLuce (Turner et al., Computational Statistics 35, 2020) prints them: worths and Davidson's n.
PUDDING_WORTHS, PUDDING_TIE = [0.1388, 0.1730, 0.1617, 0.1654, 0.1587, 0.2024], 0.7468


def puddings() -> tuple[np.ndarray, np.ndarray]:
    wins, ties = np.zeros((6, 6)), np.zeros((6, 6))
    for row in PUDDINGS.split(","):
        first, second, won, lost, tied = map(int, row.split())
        wins[first - 1, second - 1], wins[second - 1, first - 1] = won, lost
        ties[first - 1, second - 1] = ties[second - 1, first - 1] = tied
    return wins, ties


def none(count: int) -> np.ndarray:
    return np.zeros((count, count))


def pair(won: float, lost: float, tied: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([[0, won], [lost, 0]], float), np.array([[0, tied], [tied, 0]], float)


def test_the_published_example_without_ties():
    ranking = rank(BASEBALL, none(7))
    compared = [ranking.difference(team, 6) for team in range(6)]
    assert [value for value, _, _ in compared] == pytest.approx(BASEBALL_STRENGTHS, abs=6e-5)
    assert [(high - low) / 2 / 1.959964 for _, low, high in compared] == pytest.approx(BASEBALL_ERRORS, abs=6e-5)
    assert not ranking.regularised
    assert ranking.winner() is None


def test_the_published_example_with_ties():
    ranking = rank(*puddings())
    worths = np.exp(ranking.strengths)
    assert worths / worths.sum() == pytest.approx(PUDDING_WORTHS, abs=6e-5)
    assert ranking.tie == pytest.approx(PUDDING_TIE, abs=6e-5)


def test_two_models_have_the_odds_of_their_wins():
    ranking = rank(*pair(30, 10, 0))
    value, low, high = ranking.difference(0, 1)
    error = (1 / 30 + 1 / 10) ** 0.5  # of a log odds: Woolf (1955)
    assert (value, (high - low) / 2) == pytest.approx((np.log(3), 1.959964 * error))
    assert ranking.winner() == 0


def test_ties_leave_the_interval_of_the_wins_alone():
    """Faces on which two models say the same don't make it surer, or less sure, which one is better."""
    without, with_ties = rank(*pair(30, 10, 0)), rank(*pair(30, 10, 10_000))
    assert with_ties.difference(0, 1) == pytest.approx(without.difference(0, 1), abs=1e-6)
    assert with_ties.tie == pytest.approx(10_000 / 300**0.5)


@given(
    arrays(float, (4, 4), elements=st.integers(1, 50)),
    arrays(float, (4, 4), elements=st.integers(0, 50)),
)
def test_what_is_expected_is_what_was_seen(wins, ties):
    """Where the likelihood is largest, every model is expected to win as often as it did, and as many ties."""
    np.fill_diagonal(wins, 0)
    ties = np.triu(ties, 1) + np.triu(ties, 1).T
    ranking = rank(wins, ties)
    strength = np.exp(ranking.strengths)
    drawn = ranking.tie * np.sqrt(np.outer(strength, strength))
    total = wins + wins.T + ties
    of_all = strength[:, None] + strength[None] + drawn
    expected = total * (strength[:, None] + drawn / 2) / of_all
    assert (expected - np.diag(expected.diagonal())).sum(axis=1) == pytest.approx((wins + ties / 2).sum(axis=1))
    tied = total * drawn / of_all
    assert np.triu(tied, 1).sum() == pytest.approx(np.triu(ties, 1).sum(), abs=1e-6)
    assert ranking.strengths.sum() == pytest.approx(0, abs=1e-9)
    lows, highs = ranking.intervals().T
    assert (lows < ranking.strengths).all() and (ranking.strengths < highs).all()


@pytest.mark.parametrize(("won", "tied"), [(5, 0), (5, 3), (0, 7), (1, 100_000)])
def test_a_model_that_never_lost_gets_a_finite_strength(won, tied):
    ranking = rank(*pair(won, 0, tied))
    value, low, high = ranking.difference(0, 1)
    assert ranking.regularised
    assert np.isfinite([value, low, high]).all()
    assert value == pytest.approx(np.log((won + 0.5) / 0.5))


def test_models_that_never_met_are_not_told_apart():
    wins = none(4)
    wins[0, 1], wins[1, 0], wins[2, 3], wins[3, 2] = 30, 5, 30, 5
    ranking = rank(wins, none(4))
    assert ranking.regularised
    assert ranking.strengths[0] == pytest.approx(ranking.strengths[2])
    assert ranking.winner() is None


def test_a_winner_is_named_about_as_seldom_as_promised_where_there_is_none():
    random, named = np.random.default_rng(0), 0
    for _ in range(400):
        won, lost, tied = random.multinomial(300, [0.1, 0.1, 0.8])
        named += rank(*pair(won, lost, tied)).winner() is not None
    assert 5 <= named <= 35  # 20 are expected


def test_nothing_compared_is_said():
    with pytest.raises(ValueError, match="nothing"):
        rank(none(2), none(2))
