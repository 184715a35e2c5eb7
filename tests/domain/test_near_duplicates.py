"""A picture saved again is a near-duplicate, another picture of the same person is not."""

import io
import tracemalloc

import pytest
from PIL import Image, ImageEnhance
from skimage import data

from fers.domain.boxes import Box
from fers.domain.near_duplicates import alike, fingerprint

FACE = Box(160, 60, 120, 120)


@pytest.fixture(scope="module")
def astronaut():
    return Image.fromarray(data.astronaut())


def small(picture: Image.Image) -> Image.Image:
    return picture.crop(FACE.corners()).resize((48, 48))


def saved_again(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=40)
    return Image.open(file)


def darker(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(0.8)


@pytest.mark.parametrize("copy", [small, saved_again, darker])
def test_a_copy_is_a_near_duplicate(astronaut, copy):
    copied = copy(astronaut)
    box = FACE if copied.size == astronaut.size else Box(0, 0, *copied.size)
    assert alike([fingerprint(astronaut, FACE)], [fingerprint(copied, box)]).all()


def test_other_pictures_are_not(astronaut):
    faces = data.lfw_subset()[:100]  # The first hundred are faces, 25 x 25.
    others = [fingerprint(Image.fromarray((face * 255).astype("uint8")), Box(0, 0, 25, 25)) for face in faces]
    assert not alike([fingerprint(astronaut, FACE)], others).any()
    twins = sum(alike([one], others[:index])[0] for index, one in enumerate(others))
    assert twins == 0


def test_very_many_are_compared_in_little_memory():
    many = [f"{number:064x}" for number in range(100_000, 200_000)]
    ours = [many[99_999], "f" * 64] * 300
    tracemalloc.start()
    found = alike(ours, many)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.tolist() == [True, False] * 300
    assert peak < 100_000_000


def test_nothing_is_like_nothing():
    assert alike([], ["00" * 32]).shape == (0,)
    assert not alike(["00" * 32], []).any()
