"""Pictures that are no face a model could read: what `training.familiarity` learns from, and what it is measured on.

The kinds of LEARNED are made from faces, or from nothing, by chance alone. Those that a familiarity is measured on come
from elsewhere: photographs of things and of a cat, drawn faces, faces behind a piece of some photograph.
"""

from collections.abc import Callable
from functools import cache
from random import Random

import cv2
import numpy as np
from PIL import Image

from fers.demo import drawing
from fers.domain.emotions import Emotion
from fers.domain.images import crop

SIDE = 224
"""Of every picture, in pixels."""
Kind = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From a face (SIDE x SIDE x 3, uint8) to a picture of the same shape."""
_THINGS = ("coffee", "rocket", "camera", "coins", "brick", "grass", "gravel", "moon", "page", "text", "clock", "retina")
"""Photographs without faces that come with scikit-image."""
_CAT = (70, 5, 365, 300)
"""Left, top, right and bottom of the cat's face in scikit-image's picture of Chelsea."""


def covered(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Most of the face behind an even, a shaded or a grainy board."""
    top, left, height, width = _board(random)
    board = np.full((height, width, 1), random.uniform(0, 255))
    kind = random.integers(3)
    if kind == 1:
        board = np.linspace(random.uniform(0, 255), random.uniform(0, 255), width)[None, :, None].repeat(height, 0)
    elif kind == 2:
        board = board + random.normal(0, 25, board.shape)
    return _behind(face, board, top, left)


def behind_something(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Most of the face behind a piece of a photograph: for measuring."""
    top, left, height, width = _board(random)
    return _behind(face, cv2.resize(thing(random), (width, height)), top, left)


def blurred(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """As much detail as three to six pixels across hold."""
    side = int(random.integers(3, 7))
    return cv2.resize(
        cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC
    )


def out_of_focus(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A Gaussian blur of a seventh to a quarter of the face: for measuring."""
    return cv2.GaussianBlur(face, (0, 0), SIDE * random.uniform(1 / 7, 1 / 4))


def shuffled(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Cut into 4, 9 or 16 squares that change places and turn."""
    count = int(random.integers(2, 5))
    side = SIDE // count
    corners = [(row * side, column * side) for row, column in np.ndindex(count, count)]
    squares = [face[top : top + side, left : left + side] for top, left in corners]
    squares = [np.rot90(squares[number], random.integers(4)) for number in random.permutation(count**2)]
    rows = [np.concatenate(squares[row * count : (row + 1) * count], axis=1) for row in range(count)]
    return cv2.resize(np.concatenate(rows), (SIDE, SIDE))


def a_detail(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A sixth to a third of its side, enlarged."""
    side = int(random.integers(SIDE // 6, SIDE // 3))
    top, left = random.integers(0, SIDE - side, 2)
    return cv2.resize(face[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def traced(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """In two to four even tones, perhaps with outlines, as a drawing."""
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, 2)
    smooth = cv2.medianBlur(gray, int(random.choice([11, 15, 21])))
    tones = int(random.integers(2, 5))
    flat = (smooth // (256 // tones) * (255 // (tones - 1))).clip(0, 255).astype(np.uint8)
    if random.random() < 0.6:
        edges = cv2.Canny(cv2.GaussianBlur(gray, (0, 0), 2), 40, random.uniform(60, 140))
        flat[cv2.dilate(edges, np.ones((2, 2), np.uint8)) > 0] = random.integers(0, 80)
    return flat


def shapes(random: np.random.Generator) -> np.ndarray:
    """Some ellipses, rectangles, lines and arcs."""
    picture = np.full((SIDE, SIDE, 3), random.integers(256), np.uint8)
    for _ in range(random.integers(2, 12)):
        start = tuple(map(int, random.integers(-SIDE // 5, SIDE, 2)))
        size = tuple(map(int, random.integers(8, SIDE, 2)))
        tone, end = (int(random.integers(256)),) * 3, (start[0] + size[0], start[1] + size[1])
        kind = random.integers(4)
        if kind == 0:
            cv2.ellipse(picture, start, size, 0, 0, 360, tone, -1)
        elif kind == 1:
            cv2.rectangle(picture, start, end, tone, -1)
        elif kind == 2:
            cv2.line(picture, start, end, tone, int(random.integers(2, 14)))
        else:
            cv2.ellipse(
                picture, start, size, 0, *map(int, random.integers(0, 360, 2)), tone, int(random.integers(2, 14))
            )
    return picture


def doodle(random: np.random.Generator) -> np.ndarray:
    """An oval with dots for eyes and an arc for a mouth: what everybody draws."""
    picture = np.full((SIDE, SIDE, 3), random.integers(256), np.uint8)
    skin, ink = (int(random.integers(256)),) * 3, (int(random.integers(256)),) * 3
    middle, line = SIDE // 2, int(random.integers(2, 9))
    shake = lambda size: int(random.normal(0, size))  # noqa: E731
    head = (int(random.uniform(0.3, 0.52) * SIDE), int(random.uniform(0.38, 0.55) * SIDE))
    cv2.ellipse(picture, (middle + shake(8), middle + shake(8)), head, 0, 0, 360, skin, -1)
    if random.random() < 0.5:
        cv2.ellipse(picture, (middle, middle), head, 0, 0, 360, ink, line)
    if random.random() < 0.6:  # Hair.
        cv2.ellipse(
            picture, (middle, middle - head[1] // 2), (head[0] + 8, head[1] // 2 + shake(10)), 0, 180, 360, ink, -1
        )
    apart, eyes = int(random.uniform(0.1, 0.2) * SIDE), middle + shake(12) - SIDE // 12
    size = (int(random.uniform(3, 16)), int(random.uniform(3, 16)))
    for side in (-1, 1):
        place = (middle + side * apart, eyes)
        cv2.ellipse(picture, place, size, 0, 0, 360, (255,) * 3 if random.random() < 0.4 else ink, -1)
        cv2.circle(picture, place, max(2, min(size) // 2), ink, -1)
        brow = (place[0] + shake(3), eyes - size[1] - int(random.uniform(6, 20)))
        cv2.ellipse(picture, brow, (size[0] + 6, int(random.uniform(1, 10))), shake(20), 180, 360, ink, line)
    if random.random() < 0.7:
        cv2.line(picture, (middle, middle - 5), (middle + shake(8), middle + int(random.uniform(8, 25))), ink, line)
    mouth = (middle + shake(5), middle + int(random.uniform(0.17, 0.28) * SIDE))
    size = (int(random.uniform(10, 45)), int(random.uniform(1, 26)))
    start = 0 if random.random() < 0.5 else 180
    cv2.ellipse(
        picture,
        mouth,
        size,
        shake(5),
        start,
        start + 180 * int(random.integers(1, 3)),
        ink,
        -1 if random.random() < 0.3 else line,
    )
    return picture


def noise(random: np.random.Generator) -> np.ndarray:
    """Coarse or fine."""
    side = int(random.integers(3, 100))
    grains = random.normal(128, random.uniform(10, 60), (side, side, 1)).clip(0, 255).astype(np.uint8)
    return cv2.resize(grains, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)[..., None].repeat(3, 2)


LEARNED: dict[str, Kind] = {
    "covered": covered,
    "blurred": blurred,
    "shuffled": shuffled,
    "a detail": a_detail,
    "traced": traced,
    "shapes": lambda _, random: shapes(random),
    "doodles": lambda _, random: doodle(random),
    "noise": lambda _, random: noise(random),
}
"""By name: faces that can't be read, and what is none."""


def thing(random: np.random.Generator) -> np.ndarray:
    """A piece of a photograph without faces."""
    picture = _photograph(str(random.choice(_THINGS)))
    side = int(min(picture.shape[:2]) * random.uniform(0.2, 0.95))
    top, left = (int(random.integers(0, length - side + 1)) for length in picture.shape[:2])
    return cv2.resize(picture[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def cat(random: np.random.Generator) -> np.ndarray:
    """The face of a cat, a little turned, moved and enlarged."""
    left, top, right, bottom = _CAT
    middle = ((left + right) / 2 + random.uniform(-15, 15), (top + bottom) / 2 + random.uniform(-15, 15))
    turned = cv2.getRotationMatrix2D(middle, random.uniform(-15, 15), SIDE / (right - left) * random.uniform(0.8, 1.2))
    turned[:, 2] += SIDE / 2 - np.array(middle)
    return cv2.warpAffine(_photograph("chelsea"), turned, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)


def drawn(random: np.random.Generator) -> np.ndarray:
    """A drawn face of the sample study."""
    chance = Random(int(random.integers(2**32)))
    picture, box = drawing.draw(drawing.somebody(chance), chance.choice(list(Emotion)), chance.random(), chance)
    return crop(picture, box)


MEASURED: dict[str, Kind] = {
    "things": lambda _, random: thing(random),
    "a cat": lambda _, random: cat(random),
    "drawn faces": lambda _, random: drawn(random),
    "faces behind something": behind_something,
    "faces out of focus": out_of_focus,
}
"""As LEARNED, from other sources."""


def _board(random: np.random.Generator) -> tuple[int, int, int, int]:
    """Top, left, height and width of what covers eyes and mouth, or one of them and all between."""
    height, width = int(random.uniform(0.5, 0.83) * SIDE), int(random.uniform(0.75, 1) * SIDE)
    return (
        int(random.uniform(0.08, 1 - height / SIDE) * SIDE),
        int(random.uniform(0, 1 - width / SIDE) * SIDE),
        height,
        width,
    )


def _behind(face: np.ndarray, board: np.ndarray, top: int, left: int) -> np.ndarray:
    seen = face.copy()
    height, width = board.shape[:2]
    seen[top : top + height, left : left + width] = board.clip(0, 255)
    return seen


@cache
def _photograph(name: str) -> np.ndarray:
    from skimage import data

    picture = getattr(data, name)()
    return np.asarray(Image.fromarray(picture).convert("RGB"))
