"""Gentle hints on a photo, before anything is predicted from it."""

from enum import Enum

import numpy as np
from PIL import Image

from fers.domain.boxes import Box
from fers.domain.images import crop

SMALLEST_CLEAR_SIDE = 90
"""Side, in pixels, under which a crop holds fewer details than a network makes use of."""
MEASURED_SIDE = 96
"""Side that faces are brought to before sharpness and light are measured, so that thresholds hold at any size."""
LEAST_SHARPNESS = 10.0
"""Under it are 1% of ordinary portraits, and 95% of them once blurred by a 50th of the crop's side."""
DARKEST, BRIGHTEST = 50, 200
"""Mean light, 0 to 255: the middle 98% of ordinary portraits lie between 55 and 161."""


class Hint(Enum):
    """What could be better, in the words that the person reads."""

    TINY = "Your face is quite small here. Coming closer helps."
    BLURRED = "The photo looks a little blurred. Hold still, or wipe the lens."
    DARK = "It is rather dark. Facing a window or a lamp helps."
    BRIGHT = "It is very bright. A little less light helps."
    CUT_OFF = "Your face seems to be cut off at the edge. Moving to the middle helps."


def hints(pixels: Image.Image, box: Box, faces: tuple[Box, ...]) -> list[Hint]:
    """What could be better about the crop `box` of an RGB picture in which `faces` were found; often nothing."""
    found = []
    if max(box.width, box.height) < SMALLEST_CLEAR_SIDE:
        found.append(Hint.TINY)
    gray = np.asarray(Image.fromarray(crop(pixels, box, MEASURED_SIDE)).convert("L")).astype(np.float32)
    if gray.mean() < DARKEST:
        found.append(Hint.DARK)
    elif gray.mean() > BRIGHTEST:
        found.append(Hint.BRIGHT)
    if Hint.TINY not in found and _sharpness(gray) < LEAST_SHARPNESS:
        found.append(Hint.BLURRED)
    if any(_touches_edge(face, pixels.size) and _centre_inside(face, box) for face in faces):
        found.append(Hint.CUT_OFF)
    return found


def _sharpness(gray: np.ndarray) -> float:
    """Variance of the Laplacian over that of the light, so that a dim photo does not pass for a blurred one."""
    laplacian = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:] - 4 * gray[1:-1, 1:-1]
    return float(laplacian.var() / max(gray.var(), 1.0) * 1000)


def _touches_edge(face: Box, size: tuple[int, int]) -> bool:
    left, top, right, bottom = face.corners()
    return left <= 0 or top <= 0 or right >= size[0] or bottom >= size[1]


def _centre_inside(face: Box, box: Box) -> bool:
    left, top, right, bottom = box.corners()
    return left <= face.left + face.width / 2 <= right and top <= face.top + face.height / 2 <= bottom
