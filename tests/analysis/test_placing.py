"""Names of dots stand where they can be read."""

import numpy as np
import pytest

from fers.analysis.placing import apart


def test_names_that_would_lie_on_each_other_are_moved_apart_and_others_stay():
    at = apart([0.50, 0.50, 0.501, 0.70], least=0.04)
    assert np.all(np.diff(sorted(at[:3])) >= 0.04 - 1e-9)
    assert at[3] == 0.70 and at[:3].mean() == pytest.approx(0.5, abs=0.001), "about where they were"
    assert at[0] < at[1] < at[2], "in the order they were in"
    assert apart([], 0.1).tolist() == []


def test_however_many_names_belong_to_one_height_none_lies_on_another():
    assert np.diff(apart([0.5] * 40, least=0.06)) == pytest.approx(0.06)
