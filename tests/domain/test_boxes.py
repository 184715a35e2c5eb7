"""Boxes stay inside their picture, whatever is asked of them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fers.domain.boxes import Box, clamped

sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
lengths = st.floats(-6000, 6000)


@st.composite
def boxes_in_pictures(draw):
    size = draw(sizes)
    left, top = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return Box(left, top, draw(st.integers(1, size[0] - left)), draw(st.integers(1, size[1] - top))), size


def _inside(box, size):
    left, top, right, bottom = box.corners()
    return 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]


@given(lengths, lengths, lengths, lengths, sizes)
def test_clamping_always_gives_a_box_inside(left, top, width, height, size):
    assert _inside(clamped(left, top, width, height, size), size)


@given(boxes_in_pictures())
def test_clamping_leaves_a_box_inside_alone(given_box):
    box, size = given_box
    assert clamped(*box.as_list(), size) == box


@given(boxes_in_pictures(), st.floats(0.5, 4))
@example((Box(2, 1, 2, 10), (6, 11)), 0.5)
def test_context_is_a_square_inside_that_holds_the_centre(given_box, scale):
    box, size = given_box
    context = box.with_context(scale, size)
    assert _inside(context, size)
    assert abs(context.width - context.height) <= 1
    left, top, right, bottom = context.corners()
    assert left - 1 <= box.left + box.width / 2 <= right + 1
    assert top - 1 <= box.top + box.height / 2 <= bottom + 1


def test_context_with_room_is_centred():
    assert Box(100, 100, 50, 40).with_context(2, (400, 400)) == Box(75, 70, 100, 100)


@given(boxes_in_pictures(), st.sampled_from([2, 3, 8]))
def test_scaling_up_and_down_again_loses_nothing(given_box, factor):
    box, size = given_box
    larger = box.scaled(factor, (size[0] * factor, size[1] * factor))
    assert larger.scaled(1 / factor, size) == box


@pytest.mark.parametrize("numbers", [(-1, 0, 5, 5), (0, -1, 5, 5), (0, 0, 0, 5), (0, 0, 5, -1)])
def test_nonsense_is_no_box(numbers):
    with pytest.raises(ValueError, match="not a box"):
        Box(*numbers)
