"""Valence and arousal derived from votes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fers.domain.circumplex import POSITIONS
from fers.domain.emotions import Emotion
from training.circumplex import circumplex


@pytest.mark.parametrize(
    ("emotion", "pleasant", "excited"), [("happy", 1, 1), ("sad", -1, -1), ("anger", -1, 1), ("neutral", 0, 0)]
)
def test_emotions_lie_in_their_quadrants(emotion, pleasant, excited):
    [point] = circumplex(np.eye(8)[[Emotion.from_label(emotion)]])
    np.testing.assert_array_equal(np.sign(point), [pleasant, excited])


def test_votes_weigh_the_positions():
    votes = np.zeros((1, 8))
    votes[0, [Emotion.HAPPY, Emotion.SURPRISE]] = 0.25, 0.75
    expected = 0.25 * np.array(POSITIONS[Emotion.HAPPY]) + 0.75 * np.array(POSITIONS[Emotion.SURPRISE])
    np.testing.assert_allclose(circumplex(votes), [expected], atol=1e-6)


@given(st.lists(st.lists(st.integers(0, 10), min_size=8, max_size=8).filter(any), max_size=5))
def test_every_distribution_has_a_place_between_the_emotions(votes):
    votes = np.array(votes, float).reshape(-1, 8)
    points = circumplex(votes / votes.sum(axis=1, keepdims=True))
    corners = np.array(list(POSITIONS.values()))
    assert points.shape == (len(votes), 2)
    assert (points >= corners.min(axis=0) - 1e-6).all()
    assert (points <= corners.max(axis=0) + 1e-6).all()
