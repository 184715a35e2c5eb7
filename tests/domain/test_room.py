"""However many photos come at once, and whatever they claim to be, memory stays bounded."""

import sys
import threading

import numpy as np
import pytest
from PIL import Image

from benchmarks.bombs import CASES, measured
from fers.domain import images
from fers.domain.boxes import Box
from fers.domain.images import LARGEST_STORED_BYTES, VIEW_SIDE, check_photo, crop_stored
from fers.domain.room import Room
from tests.domain.test_images import encoded, two_halves
from tests.waiting import LONG, wait_until


def test_what_fits_goes_on_at_once_and_the_rest_waits_in_turn():
    room, order, holding, enough = Room(10), [], threading.Event(), threading.Event()

    def take(name, size, until=None):
        with room.of(size):
            order.append(name)
            if until:
                holding.set()
                assert until.wait(LONG)

    first = threading.Thread(target=take, args=("most of it", 8, enough))
    first.start()
    assert holding.wait(LONG)
    take("fits beside", 2)
    waiting = [threading.Thread(target=take, args=(name, size)) for name, size in (("more than all", 99), ("small", 1))]
    waiting[0].start()
    wait_until(room._first.locked)
    waiting[1].start()
    assert order == ["most of it", "fits beside"]
    enough.set()
    for thread in (first, *waiting):
        thread.join(LONG)
    assert order == ["most of it", "fits beside", "more than all", "small"]


def test_room_is_given_back_when_the_work_fails():
    room = Room(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), room.of(1):
            raise ValueError("broken")


def test_photos_that_are_checked_or_cropped_have_to_find_room(monkeypatch):
    wishes = []

    class Full(Room):
        def of(self, size):
            wishes.append(size)
            return super().of(size)

    monkeypatch.setattr(images, "_ROOM", Full(100_000_000))
    photo = check_photo(encoded(two_halves()))
    with photo.pixels():
        pass
    crop_stored(photo.data, Box(0, 0, 96, 80))
    assert len(wishes) == 3 and all(wish >= 96 * 80 * 4 for wish in wishes)


def test_a_photo_in_hand_is_bounded(monkeypatch):
    assert LARGEST_STORED_BYTES + VIEW_SIDE**2 * 4 < 15_000_000  # Pillow keeps RGB in four bytes.
    monkeypatch.setattr(images, "LARGEST_STORED_BYTES", 100_000)
    noise = np.random.default_rng(0).integers(0, 256, (900, 1200, 3), np.uint8)
    photo = check_photo(encoded(Image.fromarray(noise)))
    assert len(photo.data) <= 100_000
    assert photo.width / photo.height == pytest.approx(4 / 3, rel=0.02)
    assert photo.width > 120, "no smaller than it has to be"
    assert max(check_photo(encoded(Image.new("L", (3000, 2000)))).view.size) == VIEW_SIDE


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("case", "most", "said"),
    [
        ("PNG, 8000 x 8000, 16-bit gray", 50, ["The photo has more than 25 million pixels."]),
        ("PNG, 5000 x 5000, 16-bit gray", 700, []),
    ],
)
def test_pictures_of_few_bytes_and_many_pixels_at_once(tmp_path, case, most, said):
    CASES[case](tmp_path / "bomb")
    found = measured(tmp_path / "bomb", at_once=2)
    assert found["peak"] < most
    assert found["in hand"] < 15
    assert found["said"] == said
