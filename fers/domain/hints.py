"""Gentle hints on a photo, before anything is predicted from it."""

from enum import Enum

from PIL import Image

from fers.domain.boxes import Box
from fers.domain.picture import BRIGHTEST, DARKEST, LEAST_SHARPNESS, SMALLEST_CLEAR_SIDE, measure


class Hint(Enum):
    """What could be better, in the words that the person reads."""

    TINY = "Your face is quite small here. Coming closer helps."
    BLURRED = "The photo looks a little blurred. Hold still, or wipe the lens."
    DARK = "The photo is quite dark. Facing a window or a lamp helps."
    BRIGHT = "The photo is very bright. A little less light helps."
    CUT_OFF = "Your face seems to be cut off at the edge. Moving to the middle helps."


def hints(pixels: Image.Image, box: Box, faces: tuple[Box, ...]) -> list[Hint]:
    """What could be better about the crop `box` of an RGB picture in which `faces` were found; often nothing."""
    found, facts = [], measure(pixels, box)
    if facts.side < SMALLEST_CLEAR_SIDE:
        found.append(Hint.TINY)
    if facts.brightness < DARKEST:
        found.append(Hint.DARK)
    elif facts.brightness > BRIGHTEST:
        found.append(Hint.BRIGHT)
    if Hint.TINY not in found and facts.sharpness < LEAST_SHARPNESS:
        found.append(Hint.BLURRED)
    if any(_touches_edge(face, pixels.size) and _centre_inside(face, box) for face in faces):
        found.append(Hint.CUT_OFF)
    return found


def _touches_edge(face: Box, size: tuple[int, int]) -> bool:
    left, top, right, bottom = face.corners()
    return left <= 0 or top <= 0 or right >= size[0] or bottom >= size[1]


def _centre_inside(face: Box, box: Box) -> bool:
    left, top, right, bottom = box.corners()
    return left <= face.left + face.width / 2 <= right and top <= face.top + face.height / 2 <= bottom
