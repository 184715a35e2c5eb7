"""Compare the registered models on the same faces: `python -m training.compare --data SPEC --out FOLDER`.

Trains nothing. Prints one table and writes it to the folder as Markdown and JSON, with plots. Where the faces' set says
whom they show, intervals and tests go by people.
"""

import hashlib
import json
import sys
from functools import partial
from pathlib import Path

import click
import numpy as np

from fers import adapters, config
from fers.analysis.leaderboard import figures
from fers.analysis.scores import Scores, score
from fers.analysis.significance import mcnemar
from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_to_measure
from fers.domain.emotions import LABELS
from fers.domain.images import crop
from fers.domain.interfaces import Classifier, FaceDetector
from fers.domain.models import ModelInfo
from training import comparison_plots, comparison_table, twins
from training.crops import BATCH_SIZE, whole
from training.speed import one_face_milliseconds
from training.writing import write_text, write_whole


@click.command(help=__doc__)
@click.option(
    "--data",
    required=True,
    multiple=True,
    metavar="SPEC",
    help="Faces, such as ferplus:PATH: docs/researchers/data.md.",
)
@click.option("--models", "names", multiple=True, metavar="NAME", help="Models to compare.  [default: all]")
@click.option("--detect", is_flag=True, help="Predict the largest face found; an image without one counts as wrong.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@explains_failures
def main(data: tuple[str, ...], names: tuple[str, ...], detect: bool, out: Path) -> None:
    registry = adapters.registry(config.load())
    folders = [registry.find(name) for name in names or [info.id for info in registry.models()]]
    classifiers = [registry.classifier(str(folder.path)) for folder in folders]
    faces = load_to_measure(data)
    out.mkdir(parents=True, exist_ok=True)
    answers, found = answers_of(classifiers, faces, adapters.face_detector() if detect else None, out)
    speeds = one_face_milliseconds(classifiers)
    sizes = [folder.weights.stat().st_size if folder.weights.is_file() else None for folder in folders]
    result = compare([c.info for c in classifiers], answers, faces, found, speeds, sizes)
    table = comparison_table.markdown(result)
    write_text(out / "compare.json", json.dumps(result, indent=2) + "\n")
    write_text(out / "compare.md", table + "\n")
    comparison_plots.draw(result, out)
    click.echo(table)


def answers_of(
    classifiers: list[Classifier], faces: FaceSet, detector: FaceDetector | None, cache: Path
) -> tuple[list[np.ndarray], np.ndarray]:
    """n x 8 probabilities of each classifier, and n booleans: whether a face was found (always, without a `detector`).

    Every image is searched once for all models. What a model said before to the same pictures is kept in `cache`.
    """
    pictures = _digest(faces)
    kept = [cache / f"{c.info.id}-{_fingerprint(c.info, pictures, detector)}.npz" for c in classifiers]
    missing = [index for index, file in enumerate(kept) if not file.exists()]
    fresh = {index: [] for index in missing}
    found = []
    starts = range(0, len(faces) if missing else 0, BATCH_SIZE)
    with click.progressbar(starts, label=faces.source, file=sys.stderr) as bar:
        for start in bar:
            framed: dict[int, list[np.ndarray]] = {index: [] for index in missing}
            for face in range(start, min(start + BATCH_SIZE, len(faces))):
                image = faces.image(face)
                boxes = detector.detect(image)[:1] if detector else []
                found.append(bool(boxes) or detector is None)
                for index in missing:
                    framed[index].append(_framed(image, boxes, classifiers[index].info.crop_scale))
            for index in missing:
                fresh[index].append(classifiers[index].predict(np.stack(framed[index])))
    for index in missing:
        told = {"answers": np.concatenate(fresh[index]), "found": np.array(found)}
        write_whole(kept[index], partial(np.savez, **told))
    read = [np.load(file) for file in kept]
    return [file["answers"] for file in read], read[0]["found"]


def _framed(image, boxes, scale) -> np.ndarray:
    return crop(image, boxes[0].with_context(scale, image.size) if boxes else whole(image))


def _digest(faces: FaceSet) -> str:
    """Of all pictures: sets of the same name may hold others."""
    together = hashlib.sha256()
    with click.progressbar(range(len(faces)), label=f"{faces.source}: known pictures?", file=sys.stderr) as bar:
        for index in bar:
            together.update(twins.digest(faces, index))
    return together.hexdigest()


def _fingerprint(info: ModelInfo, pictures: str, detector: FaceDetector | None) -> str:
    """Of all that a model's answers come from. What the pictures are labelled is not among it."""
    found_by = detector and detector.fingerprint
    return hashlib.sha256(repr([info, pictures, found_by]).encode()).hexdigest()[:16]


def compare(
    infos: list[ModelInfo],
    answers: list[np.ndarray],
    faces: FaceSet,
    found: np.ndarray,
    milliseconds: list[float],
    sizes: list[int | None],
) -> dict:
    """Everything the table says, in JSON's types, the best model first. `answers` are n x 8 probabilities a model."""
    labels, whose = faces.labels, faces.whose
    ranking = sorted(range(len(infos)), key=lambda m: -score(answers[m], labels, found).top1)
    models = []
    for place, index in enumerate(ranking):
        right = _right(answers[index], labels, found)
        ahead = _right(answers[ranking[place - 1]], labels, found) if place else None
        models.append(
            {
                "id": infos[index].id,
                "version": infos[index].version,
                "scores": _with_intervals(answers[index], labels, found, whose),
                "parameters": infos[index].parameters,
                "bytes": sizes[index],
                "milliseconds": milliseconds[index],
                "p_same_as_the_one_above": None if ahead is None else mcnemar(ahead, right, whose),
            }
        )
    about = {"data": faces.source, "n": len(faces), "people": len(np.unique(whose)) if faces.people else None}
    return about | {"coverage": float(found.mean()), "models": models}


def _right(answers: np.ndarray, labels: np.ndarray, found: np.ndarray) -> np.ndarray:
    return found & (answers.argmax(axis=1) == labels)


def _with_intervals(
    answers: np.ndarray, labels: np.ndarray, found: np.ndarray, whose: np.ndarray
) -> dict[str, list[float | None]]:
    """Each score as [figure, low, high]."""
    names = [*Scores.NAMES, *(f"recall {label}" for label in LABELS)]
    scores = figures(names, lambda i: score(answers[i], labels[i], found[i]).as_array(), whose)
    return {name: [None if np.isnan(value) else value for value in figure] for name, figure in scores.items()}


if __name__ == "__main__":
    main()
