"""How stable a model's answers are when a photo is taken a little differently:
`python -m training.robustness --model NAME --data SPEC`.

Changes the proposed box, or the picture around it, and prints how top-1 accuracy changes. Without `--whole`, the
largest face found in each picture is predicted, as in the app; pictures without one are left out, for every change.
With `--whole`, changes that need some of the picture around the box are left out.
Where the set says whom it shows, intervals are by drawing people with all of their faces.
"""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from fers import adapters, config
from fers.analysis.significance import bootstrap_interval
from fers.cli.explaining import explains_failures
from fers.datasets import DataError, FaceSet, load_to_measure
from fers.domain.boxes import Box, clamped
from fers.domain.images import crop
from fers.domain.interfaces import Classifier, FaceDetector
from training.crops import BATCH_SIZE, whole

Change = Callable[[Image.Image, Box], tuple[Image.Image, Box]]


def scaled(factor: float) -> Change:
    """Scale the box around its centre, as far as the picture reaches. It keeps its shape, so that a face is squashed as
    much as it was."""

    def change(picture: Image.Image, box: Box) -> tuple[Image.Image, Box]:
        reached = min(factor, picture.width / box.width, picture.height / box.height)
        width, height = reached * box.width, reached * box.height
        left = min(max(0, box.left + (box.width - width) / 2), picture.width - width)
        top = min(max(0, box.top + (box.height - height) / 2), picture.height - height)
        return picture, clamped(left, top, width, height, picture.size)

    return change


def shifted(right: float, down: float) -> Change:
    """Move the box by these shares of its sides, as far as the picture reaches, as the app's cropper does."""

    def change(picture: Image.Image, box: Box) -> tuple[Image.Image, Box]:
        left = min(max(0, box.left + round(right * box.width)), picture.width - box.width)
        top = min(max(0, box.top + round(down * box.height)), picture.height - box.height)
        return picture, Box(left, top, box.width, box.height)

    return change


def rotated(degrees: float) -> Change:
    def change(picture: Image.Image, box: Box) -> tuple[Image.Image, Box]:
        centre = (box.left + box.width / 2, box.top + box.height / 2)
        return picture.rotate(degrees, Image.Resampling.BILINEAR, center=centre), box

    return change


def blurred(share: float) -> Change:
    """Blur with a standard deviation of this share of the box's side."""
    return lambda picture, box: (picture.filter(ImageFilter.GaussianBlur(share * box.width)), box)


def darkened(factor: float) -> Change:
    return lambda picture, box: (ImageEnhance.Brightness(picture).enhance(factor), box)


def flattened(factor: float) -> Change:
    return lambda picture, box: (ImageEnhance.Contrast(picture).enhance(factor), box)


def lit(red: float, blue: float) -> Change:
    """In light of a colour: gains of two channels beside green, as where a camera's white balance fails."""
    gains = (red, 0, 0, 0, 0, 1, 0, 0, 0, 0, blue, 0)
    return lambda picture, box: (picture.convert("RGB", gains), box)


def compressed(quality: int) -> Change:
    def change(picture: Image.Image, box: Box) -> tuple[Image.Image, Box]:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        return Image.open(file).convert("RGB"), box

    return change


BEYOND: dict[str, Change] = {
    "box scaled by 1.2": scaled(1.2),
    "box scaled by 1.4": scaled(1.4),
    "box 10% to the right": shifted(0.1, 0),
    "box 10% to the left": shifted(-0.1, 0),
    "box 10% down": shifted(0, 0.1),
    "box 10% up": shifted(0, -0.1),
}
"""Those that show what is around the box."""
CHANGES: dict[str, Change] = {
    "box scaled by 0.8": scaled(0.8),
    "box scaled by 0.9": scaled(0.9),
    **BEYOND,
    "rotated by 15 degrees": rotated(15),
    "rotated by -15 degrees": rotated(-15),
    "blurred (2% of the box)": blurred(0.02),
    "darkened to 40%": darkened(0.4),
    "contrast at 50%": flattened(0.5),
    "warm light": lit(red=1.3, blue=0.6),
    "cold light": lit(red=0.7, blue=1.3),
    "JPEG quality 20": compressed(20),
}


@dataclass(frozen=True)
class Stability:
    """Top-1 accuracy, 0 to 1, of unchanged faces and, by the change's name, of changed ones with the difference to the
    unchanged (paired) and its 95% interval, by drawing people where the set says whom it shows."""

    n: int
    unchanged: float
    changed: dict[str, tuple[float, float, float, float]]


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option(
    "--data",
    required=True,
    multiple=True,
    metavar="SPEC",
    help="Faces, such as manifest:PATH: docs/researchers/data.md.",
)
@click.option("--whole", "is_whole", is_flag=True, help="The images are faces: take all of each.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@explains_failures
def main(model: str, data: tuple[str, ...], is_whole: bool, as_json: bool) -> None:
    classifier = adapters.registry(config.load()).classifier(model)
    faces = load_to_measure(data)
    result = measure(classifier, faces, None if is_whole else adapters.face_detector())
    about = {"model": classifier.info.id, "version": classifier.info.version, "data": faces.source}
    told = about | {"n": result.n, "unchanged": result.unchanged, "changed": result.changed}
    click.echo(json.dumps(told) if as_json else markdown(told))


def measure(classifier: Classifier, faces: FaceSet, detector: FaceDetector | None) -> Stability:
    """Predict every face as it is and under each of CHANGES: without a `detector`, whole pictures under those that are
    not BEYOND them. Raises DataError when no face is found."""
    possible = {name: change for name, change in CHANGES.items() if detector or name not in BEYOND}
    changes = {"unchanged": lambda picture, box: (picture, box), **possible}
    right: dict[str, list[np.ndarray]] = {name: [] for name in changes}
    found: list[int] = []
    starts = range(0, len(faces), BATCH_SIZE)
    with click.progressbar(starts, label=faces.source, file=sys.stderr) as bar:
        for start in bar:
            changed: dict[str, list[np.ndarray]] = {name: [] for name in changes}
            numbers = []
            for index in range(start, min(start + BATCH_SIZE, len(faces))):
                image = faces.image(index)
                if box := _box(image, classifier, detector):
                    numbers.append(index)
                    for name, change in changes.items():
                        changed[name].append(crop(*change(image, box)))
            if not numbers:
                continue
            found += numbers
            for name, parts in changed.items():
                said = classifier.predict(np.stack(parts)).argmax(axis=1)
                right[name].append(said == faces.labels[numbers])
    if not right["unchanged"]:
        raise DataError("robustness.no-face", source=faces.source)
    return _compared({name: np.concatenate(parts) for name, parts in right.items()}, faces.whose[found])


def _box(image: Image.Image, classifier: Classifier, detector: FaceDetector | None) -> Box | None:
    if detector is None:
        return whole(image)
    found = detector.detect(image)
    return found[0].with_context(classifier.info.crop_scale, image.size) if found else None


def _compared(right: dict[str, np.ndarray], people: np.ndarray) -> Stability:
    before = right.pop("unchanged").astype(float)
    differences = np.column_stack([after - before for after in right.values()])
    low, high = bootstrap_interval(lambda sample: differences[sample].mean(axis=0), len(before), people=people)
    if len(np.unique(people)) == 1:  # Who says nothing of how people differ.
        low, high = np.full((2, len(low)), [[-1], [1]])
    rows = zip(right.items(), differences.mean(axis=0), low, high, strict=True)
    changed = {name: (float(after.mean()), float(by), float(lo), float(hi)) for (name, after), by, lo, hi in rows}
    return Stability(len(before), float(before.mean()), changed)


def markdown(told: dict) -> str:
    lines = [
        f"{told['model']} {told['version']} on {told['data']}, n = {told['n']:,}. Change in points of top-1, with the "
        "bootstrap 95% interval of the paired difference.",
        "",
        "| | top-1 | change |",
        "| --- | --- | --- |",
        f"| unchanged | {told['unchanged']:.3f} | |",
    ]
    for name, (top1, change, low, high) in told["changed"].items():
        lines.append(f"| {name} | {top1:.3f} | {100 * change:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}] |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
