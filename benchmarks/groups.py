"""How well faces are found in group pictures, composed by seed from portraits: `python -m benchmarks.groups FOLDER`.

FOLDER holds photos of one face each, named `Somebody_0001.jpg`. Two to twelve people, of many sizes and tilts, are cut
out and put before backgrounds and between things that only look like heads: helmets, and heads without a face. What
the detector finds in the portrait says where the face is; portraits in which it finds none, or several, are left out.
Faces are counted from 40 pixels up; smaller ones are neither missed nor false. People and seeds of `--half tune` and
`--half report` have nothing in common: thresholds were chosen on the first, and the second is what is reported.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from skimage import data as scenes

from fers import adapters
from fers.domain.boxes import Box

SMALLEST_COUNTED = 40
"""Pixels of a face's longer side."""
SAME_PLACE = 0.4
"""Intersection over union from which a box is where a face is."""
SIZES = ((1200, 900), (1600, 1200), (900, 1200), (2048, 1536), (4000, 3000))
MOST_TILT = 30
HALVES = ("tune", "report")


@dataclass(frozen=True)
class Portrait:
    pixels: Image.Image
    box: Box


@dataclass(frozen=True)
class Group:
    pixels: Image.Image
    faces: list[Box]


class Composer:
    def __init__(self, folder: Path, half: str):
        photos = sorted(file for file in folder.rglob("*.jpg") if _half(file) == half)
        if len(photos) < 24:
            raise click.ClickException(f"{folder} holds {len(photos)} photos for this half; it takes at least 24.")
        self._photos, self._seeds = photos, HALVES.index(half) * 1_000_000
        self._detector = adapters.face_detector()
        self._portrait = cache(self._looked_at)

    def group(self, number: int) -> Group:
        random = np.random.default_rng(self._seeds + number)
        size = SIZES[random.integers(len(SIZES))]
        picture, taken, faces = _background(random, size), [], []
        wanted = random.integers(2, 13)
        largest = 0.8 * min(size) / math.sqrt(wanted)
        for _ in range(random.integers(0, 4)):
            _put(random, picture, self._no_face(random), _side(random, largest), taken)
        for _ in range(wanted):
            portrait = self._any(random)
            if place := _put(random, picture, portrait, _side(random, largest), taken):
                faces.append(place)
        return Group(picture, faces)

    def _any(self, random: np.random.Generator) -> Portrait:
        while (found := self._portrait(self._photos[random.integers(len(self._photos))])) is None:
            pass
        return found

    def _looked_at(self, path: Path) -> Portrait | None:
        pixels = Image.open(path).convert("RGB")
        boxes = self._detector.detect(pixels)
        return Portrait(pixels, boxes[0]) if len(boxes) == 1 and boxes[0].width > 60 else None

    def _no_face(self, random: np.random.Generator) -> Portrait:
        return _helmet(random) if random.random() < 0.5 else _faceless(random, self._any(random))


def _half(file: Path) -> str:
    person = file.stem.rpartition("_")[0] or file.stem
    return HALVES[hashlib.sha256(person.encode()).digest()[0] % 2]


def _side(random: np.random.Generator, largest: float) -> float:
    return float(np.exp(random.uniform(np.log(30), np.log(min(max(largest, 60), 400)))))


def _background(random: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    scene = getattr(scenes, ("coffee", "brick", "grass", "gravel", "rocket", "hubble_deep_field")[random.integers(6)])()
    picture = Image.fromarray(scene).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    return picture.filter(ImageFilter.GaussianBlur(random.uniform(0, 6)))


def _put(random, picture: Image.Image, portrait: Portrait, side: float, taken: list[tuple]) -> Box | None:
    """Cut a head with its shoulders out and paste it where there is space. Returns where its face is; None: nowhere."""
    box = portrait.box
    centre_x, centre_y = box.left + box.width / 2, box.top + box.height / 2
    scale, tilt = side / max(box.width, box.height), random.uniform(-MOST_TILT, MOST_TILT)
    reach = 1.3 * max(box.width, box.height)
    part, mask = _bust(random, portrait, _around(centre_x, centre_y, reach))
    cut = [round(2 * reach * scale)] * 2
    part, mask = (
        piece.rotate(tilt, Image.Resampling.BICUBIC).resize(cut, Image.Resampling.BICUBIC) for piece in (part, mask)
    )
    if cut[0] >= min(picture.size):
        return None
    for _ in range(60):
        left, top = (int(random.integers(0, length - cut[0])) for length in picture.size)
        x, y = left + cut[0] / 2, top + cut[0] / 2
        if all(math.hypot(x - other[0], y - other[1]) > 1.25 * (side + other[2]) for other in taken):
            picture.paste(part, (left, top), mask)
            taken.append((x, y, side))
            wide, high = box.width * scale, box.height * scale
            return Box(round(x - wide / 2), round(y - high / 2), round(wide), round(high))
    return None


def _around(x: float, y: float, reach: float) -> tuple[float, float, float, float]:
    return x - reach, y - reach, x + reach, y + reach


def _bust(random, portrait: Portrait, place: tuple) -> tuple[Image.Image, Image.Image]:
    """The photo's oval middle on drawn hair, neck and shoulders, with the outline: the photos end at the chin."""
    place = [round(edge) for edge in place]
    size = (place[2] - place[0], place[3] - place[1])
    x, y, unit = size[0] / 2, size[1] / 2, max(portrait.box.width, portrait.box.height)
    face = portrait.pixels.crop(place)
    skin = np.median(np.asarray(portrait.pixels.crop(portrait.box.corners())).reshape(-1, 3), axis=0)
    bust, outline = Image.new("RGB", size), Image.new("L", size)
    for colour, (left, top, right, bottom) in (
        (random.integers(0, 256, 3), (-1.2, 0.95, 1.2, 2.5)),
        (skin * 0.85, (-0.35, 0.45, 0.35, 1.2)),
        (skin * random.uniform(0.1, 0.7), (-0.66, -0.95, 0.66, 0.35)),
    ):
        part = Image.new("L", size)
        ImageDraw.Draw(part).ellipse((x + left * unit, y + top * unit, x + right * unit, y + bottom * unit), fill=255)
        bust.paste(tuple(map(int, colour)), (0, 0), part)
        outline = ImageChops.lighter(outline, part)
    oval, inside = Image.new("L", size), Image.new("L", size)
    ImageDraw.Draw(oval).ellipse((x - 0.6 * unit, y - 0.8 * unit, x + 0.6 * unit, y + 0.72 * unit), fill=255)
    width, height = portrait.pixels.size
    edge = round(unit / 12)
    inside.paste(255, (edge - place[0], edge - place[1], width - edge - place[0], height - edge - place[1]))
    oval = ImageChops.darker(oval, inside).filter(ImageFilter.GaussianBlur(unit / 25))
    bust.paste(face, (0, 0), oval)
    return bust, ImageChops.lighter(outline, oval).filter(ImageFilter.GaussianBlur(unit / 60))


def _helmet(random: np.random.Generator) -> Portrait:
    """Shaded, with a visor and its glint."""
    picture = Image.new("RGB", (300, 300), tuple(map(int, random.integers(0, 256, 3))))
    shell, visor = (tuple(map(int, random.integers(0, 256, 3))) for _ in range(2))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 40, 240, 250), fill=shell)
    draw.ellipse((80, 110, 220, 190), fill=visor)
    draw.arc((70, 50, 230, 240), 200, 260, fill=(255, 255, 255), width=8)
    draw.rectangle((110, 215, 190, 225), fill=tuple(channel // 2 for channel in shell))
    return Portrait(picture.filter(ImageFilter.GaussianBlur(2)), Box(90, 85, 120, 120))


def _faceless(random: np.random.Generator, portrait: Portrait) -> Portrait:
    """Skin where the face was."""
    picture, box = portrait.pixels.copy(), portrait.box
    skin = np.asarray(picture.crop(box.corners())).reshape(-1, 3)
    fill = tuple(int(channel) for channel in np.median(skin, axis=0))
    mask = Image.new("L", picture.size)
    left, top, right, bottom = box.corners()
    ImageDraw.Draw(mask).ellipse((left, top - box.height * 0.2, right, bottom + box.height * 0.15), fill=255)
    picture.paste(fill, (0, 0), mask.filter(ImageFilter.GaussianBlur(box.width / 12)))
    return Portrait(picture, box)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    (a0, b0, a1, b1), (c0, d0, c1, d1) = one.corners(), other.corners()
    shared = max(0, min(a1, c1) - max(a0, c0)) * max(0, min(b1, d1) - max(b0, d0))
    return shared / (one.area + other.area - shared)


def hits(found: list[Box], faces: list[Box]) -> tuple[int, int, int]:
    """(faces found, faces counted, false boxes). Each box finds one face at most; two boxes on one are one too many."""
    left = list(found)
    hit = counted = 0
    for face in sorted(faces, key=lambda box: -box.area):
        best = max(left, key=lambda box: overlap(box, face), default=None)
        there = best is not None and overlap(best, face) >= SAME_PLACE
        if there:
            left.remove(best)
        if max(face.width, face.height) >= SMALLEST_COUNTED:
            counted, hit = counted + 1, hit + there
    false = [box for box in left if max(box.width, box.height) >= SMALLEST_COUNTED]
    return hit, counted, len(false)


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--half", type=click.Choice(HALVES), default="report", show_default=True)
@click.option("--pictures", default=100, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Save them here, with what was found, to be looked at.")
def main(folder: Path, half: str, pictures: int, out: Path | None) -> None:
    composer, detector, seconds, counts = Composer(folder, half), adapters.face_detector(), [], []
    for number in range(pictures):
        group = composer.group(number)
        started = time.perf_counter()
        found = detector.detect(group.pixels)
        seconds.append(time.perf_counter() - started)
        counts.append(hits(found, group.faces))
        if out:
            _save(out, number, group, found)
    hit, counted, false = np.sum(counts, axis=0)
    click.echo(f"{half}: {pictures} pictures, {counted} faces of {SMALLEST_COUNTED} pixels and more")
    click.echo(f"recall {hit / counted:.3f}, precision {hit / max(hit + false, 1):.3f}")
    click.echo(f"median {np.median(seconds) * 1000:.0f} ms a picture")


def _save(out: Path, number: int, group: Group, found: list[Box]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    picture = group.pixels.copy()
    draw = ImageDraw.Draw(picture)
    for boxes, colour in ((group.faces, "lime"), (found, "red")):
        for box in boxes:
            draw.rectangle(box.corners(), outline=colour, width=3)
    picture.thumbnail((1200, 1200))
    picture.save(out / f"{number:03}.jpg")


if __name__ == "__main__":
    main()
