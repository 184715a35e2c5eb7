"""Drawn faces, by expression and strength: nobody's face.

What moves with an expression is what moves in people: brows, lids, the corners of the mouth, the jaw (after the
prototypes of Ekman and Friesen's Facial Action Coding System, 1978, as a cartoonist would simplify them).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from fers.domain.boxes import Box
from fers.domain.emotions import Emotion
from fers.domain.groups import MONK_TONES, SkinTone

Point = tuple[float, float]
SIDE = 480
"""Pixels of a drawing's side."""
_MARGIN = 60
"""Drawn on every side beside that, to be there when the picture is turned and moved."""
_SCALE = 2
"""Drawn so much larger, then made smaller: lines come out smooth."""
_HAIR = ("#1d1a19", "#3b2a20", "#6a4a2f", "#a5733c", "#d8b56a", "#8d8d8d", "#8a3b24")
_CLOTHES = ("#3b5b7a", "#7a4a5b", "#4c6b4f", "#8a6d3b", "#44424d", "#a55f4b")
_WALLS = ("#dfe5ea", "#e9e1d4", "#d8e0d3", "#e5dbe3", "#c9d3dc")
_IRISES = ("#4a3426", "#5b4636", "#3f6b8a", "#5a7a4a")
_MOUTH, _LIP, _TEETH, _INK = "#5c1f24", "#a8484c", "#f7f3ea", "#2b2321"


@dataclass(frozen=True)
class Person:
    """What stays the same from one drawing of somebody to the next."""

    skin: str
    hair: str
    style: str
    iris: str
    width: float
    """Of the face, relative to its height."""
    brow: float
    """Thickness of the brows, in pixels."""
    has_glasses: bool
    clothes: str
    wall: str


@dataclass(frozen=True)
class Features:
    """What moves, each 0 at rest."""

    inner_brow: float = 0.0
    """Up, or down below 0."""
    outer_brow: float = 0.0
    lids: float = 0.0
    """Eyes wider, or narrower below 0."""
    corners: float = 0.0
    """Of the mouth, up; below 0 down."""
    jaw: float = 0.0
    """How far the mouth is open."""
    stretch: float = 0.0
    """The mouth wider, or rounder below 0."""
    nose: float = 0.0
    """Wrinkled, with the upper lip raised."""
    lopsided: float = 0.0
    """One corner of the mouth tightened and raised."""


_AT_FULL_STRENGTH = {
    Emotion.NEUTRAL: Features(),
    Emotion.HAPPY: Features(lids=-0.35, corners=1.0, jaw=0.45, stretch=0.5),
    Emotion.SAD: Features(inner_brow=0.8, outer_brow=-0.5, lids=-0.3, corners=-0.9, stretch=-0.2),
    Emotion.SURPRISE: Features(inner_brow=1.0, outer_brow=1.0, lids=0.8, jaw=1.0, stretch=-0.6),
    Emotion.FEAR: Features(inner_brow=1.0, outer_brow=0.2, lids=0.75, corners=-0.5, jaw=0.4, stretch=0.6),
    Emotion.DISGUST: Features(inner_brow=-0.5, outer_brow=-0.2, lids=-0.55, corners=-0.5, jaw=0.2, nose=1.0),
    Emotion.ANGER: Features(inner_brow=-1.0, outer_brow=0.3, lids=-0.2, corners=-0.55, stretch=-0.1),
    Emotion.CONTEMPT: Features(inner_brow=-0.1, outer_brow=0.2, lids=-0.3, lopsided=1.0),
}


def somebody(random: Random, skin: SkinTone | None = None) -> Person:
    """A new person, of any skin tone or this one."""
    return Person(
        skin=random.choice(MONK_TONES[skin or random.choice(list(SkinTone))]),
        hair=random.choice(_HAIR),
        style=random.choice(("short", "long", "bun", "curls", "none")),
        iris=random.choice(_IRISES),
        width=random.uniform(0.72, 0.86),
        brow=random.uniform(6, 11),
        has_glasses=random.random() < 0.2,
        clothes=random.choice(_CLOTHES),
        wall=random.choice(_WALLS),
    )


def draw(person: Person, emotion: Emotion, strength: float, random: Random) -> tuple[Image.Image, Box]:
    """A picture of `SIDE` pixels a side in RGB, and the square box around the face in it.

    `strength`: 0 (at rest) to 1. Where the person sits, how they hold their head and how light it is are drawn anew.
    """
    face = _expression(emotion, strength, random)
    canvas = SIDE + 2 * _MARGIN
    picture = Image.new("RGB", (canvas * _SCALE,) * 2, person.wall)
    _Pen(picture, person).portrait(face)
    size, tilt = random.uniform(0.88, 1.1), random.uniform(-9, 9)
    shift = [random.uniform(-0.05, 0.05) * SIDE for _ in range(2)]
    picture = picture.resize((canvas, canvas), Image.Resampling.LANCZOS)
    picture = _moved(picture, size, tilt, shift, person.wall)
    picture = picture.crop((_MARGIN, _MARGIN, _MARGIN + SIDE, _MARGIN + SIDE))
    light = random.uniform(0.75, 1.1)
    picture = picture.point(lambda value: min(255, round(value * light)))
    side = round(_FACE_HEIGHT * size * 1.04)
    x, y = (round(SIDE / 2 + offset - side / 2) for offset in (shift[0], shift[1] - 0.02 * SIDE))
    return picture, Box(x, y, side, side)


_FACE_HEIGHT = 0.56 * SIDE


def _expression(emotion: Emotion, strength: float, random: Random) -> Features:
    """Nobody moves quite as the book says."""
    full = _AT_FULL_STRENGTH[emotion]
    return Features(*(strength * getattr(full, one.name) + random.gauss(0, 0.05) for one in fields(Features)))


def _moved(picture: Image.Image, size: float, tilt: float, shift: Sequence[float], wall: str) -> Image.Image:
    """Turned and made larger about its centre, then moved."""
    turn = np.deg2rad(tilt)
    a = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / size
    centre = np.full(2, picture.width / 2)
    b = centre - a @ (centre + shift)
    affine = (*a[0], b[0], *a[1], b[1])
    return picture.transform(picture.size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC, fillcolor=wall)


class _Pen:
    """Draws a portrait in units of a 480-pixel picture, about its centre."""

    def __init__(self, picture: Image.Image, person: Person):
        self._draw = ImageDraw.Draw(picture)
        self._person = person
        self._half_height = _FACE_HEIGHT / 2
        self._half_width = self._half_height * person.width

    def portrait(self, face: Features) -> None:
        self._hair_behind()
        self._ellipse(0, 300, 160, 150, self._person.clothes)
        self._ellipse(0, 150, 42, 70, _shaded(self._person.skin, 0.88))
        for side in (-1, 1):
            self._ellipse(side * self._half_width, 0, 16, 26, _shaded(self._person.skin, 0.92))
        self._ellipse(0, 0, self._half_width, self._half_height + 8 * max(face.jaw, 0), self._person.skin)
        self._hair_in_front()
        for side in (-1, 1):
            self._eye(side, face)
            self._brow(side, face)
        self._nose(face)
        self._mouth(face)

    def _eye(self, side: int, face: Features) -> None:
        x, y, open_by = side * 0.42 * self._half_width, -18, 10 * max(0.15, 1 + face.lids)
        self._ellipse(x, y, 20, open_by, "#fbfaf7", outline=_INK)
        seen = min(open_by, 10)
        self._ellipse(x, y, seen * 0.95, seen * 0.95, self._person.iris)
        self._ellipse(x, y, seen * 0.45, seen * 0.45, "#141110")
        self._line([(x - 21, y + 1), (x - 10, y - open_by), (x + 10, y - open_by), (x + 21, y + 1)], _INK, 3)
        if self._person.has_glasses:
            self._ellipse(x, y + 2, 30, 26, None, outline=_INK)
            self._line([(0, y), (side * 12, y)], _INK, 3)

    def _brow(self, side: int, face: Features) -> None:
        x, y = side * 0.42 * self._half_width, -48
        inner, outer = y - 15 * face.inner_brow, y + 4 - 15 * face.outer_brow
        middle = (inner + outer) / 2 - 5
        points = [(x - side * 24, inner), (x + side * 4, middle), (x + side * 28, outer)]
        colour = self._person.hair if self._person.hair != self._person.skin else _INK
        self._line(points, _shaded(colour, 0.8), self._person.brow)

    def _nose(self, face: Features) -> None:
        shade = _shaded(self._person.skin, 0.72 if _is_light(self._person.skin) else 2.2)
        self._line([(-3, -8), (-9, 26), (7, 29)], shade, 4)
        if face.nose > 0.25:
            for height in (-6, 3, 12):
                self._line([(-15, height - 4), (0, height), (15, height - 4)], shade, 2 + 2 * face.nose)
        if face.nose > 0.25 or face.corners > 0.5:
            for side in (-1, 1):
                self._line([(side * 20, 26), (side * 34, 44), (side * 38, 62)], shade, 3)

    def _mouth(self, face: Features) -> None:
        half = 34 * (1 + 0.45 * face.stretch) + 6 * max(face.corners, 0)
        middle, gap = 68 - 8 * max(face.nose, 0), 40 * max(face.jaw, 0)
        lift = 17 * face.corners
        left, right = middle - lift, middle - lift - 18 * max(face.lopsided, 0)
        upper = _bow((-half, left), (0, middle + lift * 0.5 - 0.35 * gap - 10 * max(face.nose, 0)), (half, right))
        lower = _bow((-half, left), (0, middle + lift * 0.8 + gap), (half, right))
        if gap > 5:
            self._polygon([*upper, *reversed(lower)], _MOUTH)
            if face.stretch > 0.2 or face.nose > 0.4:
                teeth = _bow((-half, left), (0, middle + lift * 0.5 + 0.25 * gap), (half, right))
                self._polygon([*upper, *reversed(teeth)], _TEETH)
            self._line(upper, _LIP, 6)
        self._line(lower, _LIP, 7)
        if face.lopsided > 0.3:
            self._line([(half + 5, right - 9), (half + 9, right), (half + 6, right + 9)], _shaded(_LIP, 0.7), 3)

    def _hair_behind(self) -> None:
        width, height, hair = self._half_width, self._half_height, self._person.hair
        if self._person.style == "long":
            self._ellipse(0, 40, width + 34, height + 50, hair)
        elif self._person.style == "bun":
            self._ellipse(0, -height - 22, 40, 34, hair)
        elif self._person.style == "curls":
            for turn in np.linspace(np.pi * 0.95, np.pi * 2.05, 11):
                self._ellipse((width + 10) * np.cos(turn), (height - 12) * np.sin(turn), 32, 32, hair)

    def _hair_in_front(self) -> None:
        if self._person.style == "none":
            return
        width, height = self._half_width, self._half_height
        crown = _arc(width + 5, height + 6, np.pi * 1.02, np.pi * 1.98)
        fringe = _arc(width * 0.97, height * 0.62, np.pi * 1.98, np.pi * 1.02, lift=-height * 0.16)
        self._polygon([*crown, *fringe], self._person.hair)

    def _ellipse(self, x: float, y: float, wide: float, high: float, fill: str | None, outline: str | None = None):
        corners = [self._place(x - wide, y - high), self._place(x + wide, y + high)]
        self._draw.ellipse(corners, fill, outline, width=2 * _SCALE)

    def _line(self, points: Sequence[Point], fill: str, width: float) -> None:
        placed = [self._place(*point) for point in points]
        self._draw.line(placed, fill, round(width * _SCALE), joint="curve")
        for x, y in (placed[0], placed[-1]):  # Round ends.
            radius = width * _SCALE / 2
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def _polygon(self, points: Sequence[Point], fill: str) -> None:
        self._draw.polygon([self._place(*point) for point in points], fill)

    def _place(self, x: float, y: float) -> Point:
        return (SIDE / 2 + _MARGIN + x) * _SCALE, (SIDE / 2 + _MARGIN + y) * _SCALE


def _bow(start: Point, middle: Point, end: Point) -> list[Point]:
    """A quadratic curve through three points."""
    t = np.linspace(0, 1, 25)[:, None]
    bend = 2 * np.array(middle) - (np.array(start) + end) / 2
    return [tuple(point) for point in (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end]


def _arc(wide: float, high: float, start: float, end: float, lift: float = 0.0) -> list[Point]:
    turns = np.linspace(start, end, 40)
    return [(wide * np.cos(turn), high * np.sin(turn) + lift) for turn in turns]


def _is_light(colour: str) -> bool:
    return sum(_levels(colour)) > 300


def _shaded(colour: str, by: float) -> str:
    return "#" + "".join(f"{min(255, round(level * by)):02x}" for level in _levels(colour))


def _levels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
