"""A picture that is measured on is not learned from."""

import pytest

from fers.datasets import load
from training.twins import apart, twins

from .faces import write_ferplus

HAPPY, SAD = [0, 10] + [0] * 8, [0, 0, 0, 10] + [0] * 6


@pytest.fixture
def sets(tmp_path):
    """Four faces to learn from and two to measure on, whose pictures are those of the first two."""
    learning = write_ferplus(tmp_path / "learning", [HAPPY, SAD, SAD, HAPPY])
    measured = write_ferplus(tmp_path / "measured", [SAD, SAD])
    return load(f"ferplus:{learning}"), load(f"ferplus:{measured}")


def test_pictures_in_both_sets_are_found_whatever_they_are_called_and_labelled(sets):
    learning, measured = sets
    assert twins(learning, measured) == [0, 1]
    assert twins(measured, learning) == [0, 1]


def test_the_rest_is_learned_from_as_it_was(sets):
    learning, measured = sets
    rest = apart(learning, measured)
    assert list(rest.names) == list(learning.names)[2:]
    assert rest.labels.tolist() == learning.labels.tolist()[2:]
    assert [rest.image(index).tobytes() for index in range(2)] == [learning.image(index).tobytes() for index in (2, 3)]
    assert rest.source == learning.source
