"""Where the names of dots stand in a plot."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

_ROUNDS = 100
"""Of moving: far more than a leaderboard needs."""


def apart(heights: Sequence[float], starts: Sequence[float], ends: Sequence[float], least: float) -> np.ndarray:
    """Heights near those of some names, for names from `starts` to `ends` that would lie on each other otherwise: moved
    away from one another until `least` is between them."""
    at, starts, ends = (np.array(values, float) for values in (heights, starts, ends))
    order = np.argsort(at, kind="stable")
    meet = [(i, j) for i, j in combinations(order, 2) if starts[i] < ends[j] and starts[j] < ends[i]]
    for _ in range(_ROUNDS):
        for lower, upper in meet:
            lack = max(0.0, least - (at[upper] - at[lower])) / 2
            at[lower], at[upper] = at[lower] - lack, at[upper] + lack
    return at
