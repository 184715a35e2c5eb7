"""What a picture is like: measured in the same way at every size."""

import pytest
from PIL import Image, ImageFilter
from skimage import data

from fers.domain.boxes import Box
from fers.domain.picture import BRIGHTNESS, RESOLUTION, SHARPNESS, PictureFacts, measure

FACE = Box(170, 65, 110, 110)


@pytest.fixture(scope="module")
def portrait():
    return Image.fromarray(data.astronaut())


def test_a_blurred_picture_is_less_sharp_and_as_bright(portrait):
    sharp, blurred = measure(portrait, FACE), measure(portrait.filter(ImageFilter.GaussianBlur(4)), FACE)
    assert blurred.sharpness < sharp.sharpness / 5
    assert blurred.brightness == pytest.approx(sharp.brightness, rel=0.02)
    assert SHARPNESS.name(blurred) == "Blurred"
    assert SHARPNESS.name(sharp) in ("Clear", "Sharp")


def test_brightness_is_the_mean_luma():
    facts = measure(Image.new("RGB", (200, 120), (0, 255, 0)), Box(0, 0, 200, 100))
    assert (facts.side, facts.brightness, facts.sharpness) == (200, pytest.approx(0.587 * 255, abs=1), 0)


@pytest.mark.parametrize(
    ("bins", "value", "name"),
    [
        (RESOLUTION, 89, "Under 90 px"),
        (RESOLUTION, 90, "90 to 223 px"),
        (RESOLUTION, 4096, "224 px and more"),
        (BRIGHTNESS, 0, "Dark"),
        (BRIGHTNESS, 255, "Very bright"),
        (SHARPNESS, 10, "Soft"),
    ],
)
def test_an_edge_belongs_to_the_bin_above(bins, value, name):
    assert bins.name(PictureFacts(**{"side": 1, "brightness": 1, "sharpness": 1, bins.measure: value})) == name
