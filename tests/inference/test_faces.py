"""The detector finds a real face where it is: upright, tilted, dark, small, filling the picture; and none elsewhere."""

import threading

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance
from skimage import data

from fers.domain.boxes import Box
from fers.inference import faces
from fers.inference.faces import BlazeFaceDetector

EYES_AND_MOUTH = (200, 95, 245, 150)
"""Left, top, right, bottom of the inner face in the astronaut's portrait."""


@pytest.fixture(scope="module")
def detector():
    return BlazeFaceDetector()


@pytest.fixture(scope="module")
def portrait():
    return Image.fromarray(data.astronaut())


def _holds(box, part, slack=6):
    left, top, right, bottom = box.corners()
    return left - slack <= part[0] and top - slack <= part[1] and part[2] <= right + slack and part[3] <= bottom + slack


def test_finds_the_face_and_only_it(detector, portrait):
    [box] = detector.detect(portrait)
    assert _holds(box, EYES_AND_MOUTH)
    assert 60 < box.width < 160


def test_its_fingerprint_follows_from_its_networks(monkeypatch, tmp_path):
    usual = BlazeFaceDetector().fingerprint
    assert BlazeFaceDetector().fingerprint == usual
    (tmp_path / "other.tflite").write_bytes(b"another network")
    monkeypatch.setattr(faces, "weights", lambda variant: tmp_path / "other.tflite")
    assert BlazeFaceDetector().fingerprint != usual


def test_finds_it_in_the_dark(detector, portrait):
    assert len(detector.detect(ImageEnhance.Brightness(portrait).enhance(0.2))) == 1


@pytest.mark.parametrize(
    "covered",
    [(165, 120, 285, 180), (165, 60, 215, 190), (165, 60, 285, 95)],
    ids=["mouth and nose", "one side", "forehead"],
)
def test_finds_it_partly_covered(detector, portrait, covered):
    picture = portrait.copy()
    picture.paste((40, 40, 50), covered)
    [box] = detector.detect(picture)
    assert box.left < 222 < box.left + box.width
    assert box.top < 120 < box.top + box.height


@pytest.mark.parametrize("angle", [-30, 30])
def test_finds_it_tilted(detector, portrait, angle):
    assert len(detector.detect(portrait.rotate(angle, center=(222, 120)))) == 1


def test_finds_it_where_it_fills_the_picture(detector, portrait):
    [box] = detector.detect(portrait.crop((170, 60, 280, 180)))
    assert min(box.width, box.height) > 60


@pytest.mark.parametrize("size", [(1600, 900), (600, 1400)])
def test_finds_it_small_in_a_large_picture(detector, portrait, size):
    large = Image.new("RGB", size, (90, 110, 120))
    large.paste(portrait.resize((400, 400)), (100, 300))
    [box] = detector.detect(large)
    assert _holds(box, [100 + EYES_AND_MOUTH[0] * 400 / 512, 300 + EYES_AND_MOUTH[1] * 400 / 512] * 2)


def test_several_faces_come_largest_first(detector, portrait):
    both = Image.new("RGB", (800, 512))
    both.paste(portrait.resize((300, 300)), (0, 0))
    both.paste(portrait, (288, 0))
    boxes = detector.detect(both)
    assert len(boxes) == 2
    assert boxes[0].area > boxes[1].area
    assert boxes[0].left > boxes[1].left


GROUP = {(60, 700): 45, (420, 180): 60, (760, 560): 150, (1130, 260): 90, (1300, 820): 45, (180, 300): 220}
"""Where faces are, and how large, in pixels."""


def _people(portrait, size=(1600, 1200)):
    """The astronaut at every place of `GROUP`, between two helmets."""
    picture = Image.fromarray(data.grass()).convert("RGB").resize(size)
    head = portrait.crop((130, 0, 330, 200))
    for (left, top), face in GROUP.items():
        side = round(face * 200 / 105)
        picture.paste(head.resize((side, side)), (left, top))
    draw = ImageDraw.Draw(picture)
    for left, top in ((900, 100), (600, 900)):
        draw.ellipse((left, top, left + 150, top + 190), fill=(225, 225, 230))
        draw.ellipse((left + 25, top + 60, left + 125, top + 120), fill=(20, 20, 30))
    return picture


def test_finds_everybody_in_a_group_and_no_helmet(detector, portrait):
    boxes = detector.detect(_people(portrait))
    assert len(boxes) == len(GROUP)
    assert [box.area for box in boxes] == sorted((box.area for box in boxes), reverse=True)
    for (left, top), face in GROUP.items():
        x, y = left + 92 * face / 105, top + 122 * face / 105
        assert any(box.left < x < box.left + box.width and box.top < y < box.top + box.height for box in boxes)


def test_what_a_second_look_does_not_confirm_is_no_face_beside_others(detector, portrait, monkeypatch):
    group = _people(portrait)
    monkeypatch.setattr(detector, "_at_first_sight", lambda pixels: ([Box(900, 100, 150, 190)], 0.9))
    assert len(detector.detect(group)) == len(GROUP)


def test_one_large_face_is_looked_for_no_longer_than_before(detector, portrait, monkeypatch):
    looks, detect = [], faces._Network.detect
    monkeypatch.setattr(faces._Network, "detect", lambda self, *at: looks.append(at) or detect(self, *at))
    for picture in (portrait, portrait.crop((100, 0, 340, 240)).resize((1920, 1920))):
        looks.clear()
        assert len(detector.detect(picture)) == 1
        assert len(looks) == 2, "one look of each network"


def test_a_search_moves_no_box_of_what_was_found_at_first_sight(detector, portrait):
    picture = portrait.resize((1280, 1280))
    [there], _ = detector._at_first_sight(picture)
    assert max(there.width, there.height) < faces.LARGE_FACE * 1280, "it is searched"
    assert detector.detect(picture) == [there]


@pytest.mark.parametrize("picture", ["coffee", "gravel", "noise", "black", "dot"])
def test_finds_none_where_there_is_none(detector, picture):
    pixels = {
        "coffee": lambda: data.coffee(),
        "gravel": lambda: np.repeat(data.gravel()[..., None], 3, axis=2),
        "noise": lambda: np.random.default_rng(3).integers(0, 256, (300, 300, 3), np.uint8),
        "black": lambda: np.zeros((200, 300, 3), np.uint8),
        "dot": lambda: np.zeros((1, 1, 3), np.uint8),
    }[picture]()
    assert detector.detect(Image.fromarray(pixels)) == []


def test_is_safe_to_share_between_threads(detector, portrait):
    expected, found = detector.detect(portrait), []
    threads = [threading.Thread(target=lambda: found.append(detector.detect(portrait))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
