"""Measure a model on labelled faces: `python -m training.evaluate --model NAME_OR_FOLDER --data SPEC`."""

import json
import sys

import click
import numpy as np

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_to_measure
from fers.domain import metrics
from fers.domain.emotions import LABELS
from fers.domain.interfaces import Classifier, FaceDetector
from fers.services.models.prediction import proposed_face
from training.crops import BATCH_SIZE


@click.command(help=__doc__)
@click.option("--model", "model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option(
    "--data",
    required=True,
    multiple=True,
    metavar="SPEC",
    help="Faces, such as ferplus:PATH: docs/researchers/data.md.",
)
@click.option("--detect", is_flag=True, help="Predict the largest face found in each image, as the app does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@explains_failures
def main(model: str, data: tuple[str, ...], detect: bool, as_json: bool) -> None:
    classifier = adapters.registry(config.load()).classifier(model)
    faces = load_to_measure(data)
    result = evaluate(classifier, faces, adapters.face_detector() if detect else None)
    click.echo(json.dumps(result) if as_json else _table(result))


def evaluate(classifier: Classifier, faces: FaceSet, detector: FaceDetector | None = None) -> dict:
    """Return the metrics of `classifier` on `faces`: whole images, or the face that `detector` proposes in each
    (the whole image where it finds none: the coverage says how often it found one). `cant_tell` is the share of faces
    of which the app says "can't tell", whose answers count in the metrics all the same."""
    said, found = [], 0
    with click.progressbar(range(0, len(faces), BATCH_SIZE), label=faces.source, file=sys.stderr) as starts:
        for start in starts:
            crops = []
            for index in range(start, min(start + BATCH_SIZE, len(faces))):
                face, box = proposed_face(faces.image(index), classifier, detector)
                crops.append(face)
                found += box is not None
            said.append(classifier.answer(np.stack(crops)))
    result = summarise(np.concatenate([answers.probabilities for answers in said]), faces.labels)
    least = classifier.info.output.least_familiarity
    unfamiliar = [answers.familiarity < least for answers in said if answers.familiarity is not None]
    cant_tell = {"cant_tell": float(np.concatenate(unfamiliar).mean())} if unfamiliar else {}
    about = {"model": classifier.info.id, "version": classifier.info.version, "data": faces.source}
    coverage = {"coverage": found / len(faces)} if detector else {}
    return about | {"dropped": dict(faces.dropped)} | coverage | cant_tell | result


def summarise(probabilities: np.ndarray, labels: np.ndarray) -> dict:
    """The figures that FER models are compared by, in JSON's types. A class without faces has recall None."""
    confusion = metrics.confusion_matrix(probabilities, labels)
    recall = metrics.recall(confusion)
    return {
        "n": len(labels),
        "top1": metrics.top_k_accuracy(probabilities, labels, 1),
        "top3": metrics.top_k_accuracy(probabilities, labels, 3),
        "macro_f1": metrics.macro_f1(confusion),
        "ece": metrics.expected_calibration_error(probabilities, labels),
        "recall": {label: None if np.isnan(r) else float(r) for label, r in zip(LABELS, recall, strict=True)},
        "confusion": confusion.tolist(),
        "classes": list(LABELS),
    }


def _table(result: dict) -> str:
    dropped = ", ".join(f"{count} {reason}" for reason, count in result["dropped"].items())
    lines = [f"{result['model']} {result['version']} on {result['data']}: n={result['n']}"]
    lines += [f"dropped: {dropped}"] if dropped else []
    figures = ("top1", "top3", "macro_f1", "ece", "coverage", "cant_tell")
    lines += [f"{name:10} {result[name]:.4f}" for name in figures if name in result]
    lines += [f"recall {label:10} {'-' if r is None else f'{r:.4f}'}" for label, r in result["recall"].items()]
    width = max(map(len, LABELS))
    lines.append("confusion (rows: label, columns: prediction, both in the order above)")
    lines += [f"{label:{width}} {row}" for label, row in zip(LABELS, result["confusion"], strict=True)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
