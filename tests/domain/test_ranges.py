import secrets

from hypothesis import given
from hypothesis import strategies as st

from fers.domain.ranges import EVERY_ID, IdRange, divided


@given(st.integers(1, 5000))
def test_every_id_is_in_one_range(parts):
    ranges = divided(parts)
    assert len(ranges) == parts
    assert (ranges[0].after, ranges[-1].to) == (EVERY_ID.after, EVERY_ID.to)
    assert all(one.to == following.after for one, following in zip(ranges, ranges[1:], strict=False))
    assert all(one.after < one.to for one in ranges)


def test_ids_fall_into_ranges_evenly():
    ids = [secrets.token_hex(16) for _ in range(4000)]
    for among in divided(4):
        assert 850 < sum(among.after < face_id <= among.to for face_id in ids) < 1150


IDS = st.text("0123456789abcdef", min_size=1, max_size=4)


@given(IDS, IDS)
def test_the_range_of_one_id_has_that_one_alone(one, other):
    among = IdRange.only(one)
    assert (among.after < other <= among.to) == (other == one)
