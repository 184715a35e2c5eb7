"""How often the detector finds the face in a photo, as it is and made harder, beside the Haar cascade that the library
`fer` uses: `python -m benchmarks.detection --data SPEC [--faces N] [--fer PYTHON]`.

A photo counts as found when a box is put where the face is: at least half of the smaller of that box and the detector's
own on the photo as it is. Photos without a face as they are are left out. `benchmarks/fer_library.py` says how to make
the interpreter for `--fer`.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
from PIL import Image, ImageDraw, ImageEnhance

from benchmarks.turns import ROOT
from fers import adapters
from fers.datasets import load
from fers.domain.boxes import Box

Photo = tuple[Image.Image, Box]
HAAR = """
import json, sys, cv2
from fer.fer import FER
library = FER()
for line in sys.stdin:
    boxes = library.find_faces(cv2.imread(line.strip()))
    print("BOXES", json.dumps([[int(side) for side in box] for box in boxes]))
"""


def turned(degrees: float) -> Callable[[Image.Image, Box], Image.Image]:
    return lambda photo, box: photo.rotate(degrees, Image.Resampling.BILINEAR, center=_centre(box))


def covered(top: float, bottom: float) -> Callable[[Image.Image, Box], Image.Image]:
    """Gray over the part of the face between these shares of its height, as a mask or a scarf."""

    def change(photo: Image.Image, box: Box) -> Image.Image:
        photo = photo.copy()
        left, right = box.left, box.left + box.width
        place = (left, box.top + top * box.height, right, box.top + bottom * box.height)
        ImageDraw.Draw(photo).rectangle(place, fill=(128, 128, 128))
        return photo

    return change


CHANGES: dict[str, Callable[[Image.Image, Box], Image.Image]] = {
    "as it is": lambda photo, box: photo,
    "turned by 20 degrees": turned(20),
    "turned by 40 degrees": turned(40),
    "a quarter of the light": lambda photo, box: ImageEnhance.Brightness(photo).enhance(0.25),
    "a tenth of the light": lambda photo, box: ImageEnhance.Brightness(photo).enhance(0.1),
    "mouth and chin covered": covered(0.6, 1.0),
    "eyes covered": covered(0.15, 0.45),
}


@click.command(help=__doc__)
@click.option("--data", required=True, metavar="SPEC", help="Photos of one face each: docs/researchers/data.md.")
@click.option("--faces", default=200, show_default=True, help="How many of them, evenly spread.")
@click.option("--fer", type=click.Path(exists=True), metavar="PYTHON", help="Interpreter with the library fer.")
def main(data: str, faces: int, fer: str | None) -> None:
    detector, photos = adapters.face_detector(), load(data)
    chosen = [photos.image(index, "RGB") for index in range(0, len(photos), max(1, len(photos) // faces))]
    placed = [(photo, boxes[0]) for photo in chosen if (boxes := detector.detect(photo))]
    click.echo(f"{photos.source}: {len(chosen)} photos, a face found in {len(placed)}")
    for name, change in CHANGES.items():
        changed = [(change(photo, box), box) for photo, box in placed]
        ours = [detector.detect(photo) for photo, _ in changed]
        line = f"{name:26} FERS {_found(ours, changed):6.1%}"
        click.echo(line + (f"   Haar {_found(_haar(fer, changed), changed):6.1%}" if fer else ""))


def _haar(python: str, changed: list[Photo]) -> list[list[Box]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.png" for number in range(len(changed))]
        for path, (photo, _) in zip(paths, changed, strict=True):
            photo.save(path, compress_level=1)
        command = [python, "-W", "ignore", "-c", HAAR]
        told = subprocess.run(
            command, input="\n".join(map(str, paths)), capture_output=True, text=True, check=True, cwd=ROOT
        )
    found = [json.loads(line.removeprefix("BOXES")) for line in told.stdout.splitlines() if line.startswith("BOXES")]
    return [[Box(max(left, 0), max(top, 0), width, height) for left, top, width, height in boxes] for boxes in found]


def _found(answers: list[list[Box]], changed: list[Photo]) -> float:
    hits = [any(_same_place(box, true) for box in boxes) for boxes, (_, true) in zip(answers, changed, strict=True)]
    return sum(hits) / len(hits)


def _same_place(one: Box, other: Box) -> bool:
    (a0, b0, a1, b1), (c0, d0, c1, d1) = one.corners(), other.corners()
    shared = max(0, min(a1, c1) - max(a0, c0)) * max(0, min(b1, d1) - max(b0, d0))
    return shared >= min(one.area, other.area) / 2


def _centre(box: Box) -> tuple[float, float]:
    return box.left + box.width / 2, box.top + box.height / 2


if __name__ == "__main__":
    main()
