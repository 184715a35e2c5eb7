"""Names of dots stand where they can be read."""

import numpy as np

from fers.analysis.placing import apart


def test_names_that_would_lie_on_each_other_are_moved_apart_and_others_stay():
    heights = [0.50, 0.50, 0.501, 0.70]
    at = apart(heights, starts=[0, 0.1, 0.2, 0], ends=[0.5, 0.6, 0.7, 0.5], least=0.04)
    assert np.all(np.diff(sorted(at[:3])) >= 0.04 - 1e-6)
    assert at[3] == 0.70 and abs(at[:3].mean() - 0.5) < 0.001, "about where they were"
    assert at[0] < at[1] < at[2], "in the order they were in"


def test_names_beside_each_other_may_have_one_height():
    assert apart([0.5, 0.5], starts=[0, 1], ends=[1, 2], least=0.1).tolist() == [0.5, 0.5]
    assert apart([], [], [], 0.1).tolist() == []
