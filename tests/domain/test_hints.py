"""Hints come when they help, and a good photo gets none."""

import pytest
from PIL import Image, ImageEnhance, ImageFilter
from skimage import data

from fers.domain.boxes import Box
from fers.domain.hints import Hint, hints

FACE = Box(170, 65, 110, 110)


@pytest.fixture(scope="module")
def portrait():
    return Image.fromarray(data.astronaut())


def test_a_good_photo_gets_none(portrait):
    assert hints(portrait, FACE, (FACE,)) == []


def test_a_dark_one(portrait):
    assert hints(ImageEnhance.Brightness(portrait).enhance(0.2), FACE, (FACE,)) == [Hint.DARK]


def test_a_bright_one(portrait):
    washed_out = Image.blend(portrait, Image.new("RGB", portrait.size, "white"), 0.85)
    assert Hint.BRIGHT in hints(washed_out, FACE, (FACE,))


def test_a_blurred_one(portrait):
    assert hints(portrait.filter(ImageFilter.GaussianBlur(4)), FACE, (FACE,)) == [Hint.BLURRED]


def test_darkness_is_not_taken_for_blur(portrait):
    assert Hint.BLURRED not in hints(ImageEnhance.Brightness(portrait).enhance(0.15), FACE, (FACE,))


def test_a_tiny_face(portrait):
    small = portrait.resize((256, 256))
    assert hints(small, Box(85, 32, 55, 55), ()) == [Hint.TINY]


def test_a_face_at_the_edge(portrait):
    cut = portrait.crop((220, 0, 512, 512))
    at_edge = Box(0, 70, 60, 105)
    assert Hint.CUT_OFF in hints(cut, Box(0, 65, 110, 110), (at_edge,))


def test_another_persons_face_at_the_edge_does_not_matter(portrait):
    assert hints(portrait, FACE, (FACE, Box(400, 0, 112, 100))) == []
