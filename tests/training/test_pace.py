"""A run foretells its end by what it did so far."""

from dataclasses import replace

import pytest

from tests.training.tiny import RECIPE
from training.pace import Pace, costs, in_words
from training.recipe import Stage


def test_what_is_left_goes_by_the_pixels_that_are_left():
    growing = replace(RECIPE, stages=(Stage(2, {"side": 16}), Stage(1, {"side": 32})))
    each = costs(growing)
    assert [cost / each[0] for cost in each] == [1, 1, 4]
    pace = Pace(each)
    pace.took(0, 10)
    assert pace.left(0) == pytest.approx(50)
    pace.took(1, 30)
    assert pace.left(1) == pytest.approx(80)


def test_a_run_that_goes_on_knows_only_what_it_saw_itself():
    pace = Pace([1, 1, 1, 1])
    pace.took(2, 60)
    assert pace.left(2) == 60


@pytest.mark.parametrize(
    "seconds, words",
    [(7512, "about 2 h 5 min"), (3600, "about 1 h 0 min"), (125, "about 2 min"), (10, "less than a minute")],
)
def test_time_is_said_in_words(seconds, words):
    assert in_words(seconds) == words
