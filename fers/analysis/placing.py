"""Where the names of dots stand in a plot."""

from collections.abc import Sequence

import numpy as np


def apart(heights: Sequence[float], least: float) -> np.ndarray:
    """Where names stand in one column that each belong at some height: as near to it as can be, in the same order, with
    at least `least` from one to the next."""
    from scipy.optimize import isotonic_regression

    at = np.array(heights, float)
    if not at.size:
        return at
    order = np.argsort(at, kind="stable")
    # Less the room that is below it, no name may stand lower than the one before.
    room = least * np.arange(at.size)
    at[order] = isotonic_regression(at[order] - room).x + room
    return at
