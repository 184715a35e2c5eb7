"""Compare ways to tell a model's right answers from its wrong ones:
`python -m training.confidence --model NAME_OR_FOLDER --train SPEC --data SPEC`.

All are judged on the same answers, those of the model as it serves, by AUROC (the chance that a right answer has more
confidence than a wrong one) and AURC (the mean risk over all thresholds for "not sure"; lower is better).
"""

import json

import click
import numpy as np

from fers.analysis.significance import drawing
from fers.cli.explaining import explains_failures
from fers.datasets import DataError, FaceSet, load, load_to_measure
from fers.domain import confidence
from training.convert import keras_file, model_folder
from training.crops import crops
from training.twins import apart
from training.uncertainty import CutNetwork, entropy, learn_confidence, mutual_information

SEED = 2019
PASSES = 50
RESAMPLES = 1000
SHOWN = "max softmax, calibrated"
"""The confidence that the app shows, to which the others are compared."""


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option("--train", required=True, metavar="SPEC", help="Faces to learn a confidence from.")
@click.option("--data", required=True, metavar="SPEC", help="Other faces, to compare on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@explains_failures
def main(model: str, train: str, data: str, as_json: bool) -> None:
    folder = model_folder(model)
    cut = CutNetwork.load(keras_file(folder), folder.info)
    faces = load_to_measure([data])
    result = measure(cut, apart(load(train), faces), faces)
    click.echo(json.dumps(result) if as_json else _table(result))


def measure(cut: CutNetwork, learning: FaceSet, faces: FaceSet) -> dict:
    """Compare all confidences on `faces`, in JSON's types. Raises DataError when the model makes no error there."""
    learned, train_accuracy = _learned(cut, learning)
    features = _features(cut, faces)
    correct = cut.probabilities(features).argmax(axis=1) == faces.labels
    if correct.all() or not correct.any():
        raise DataError("confidence.no-errors", source=faces.source)
    return {
        "model": cut.info.id,
        "version": cut.info.version,
        "data": faces.source,
        "n": len(faces),
        "accuracy": float(correct.mean()),
        "train": learning.source,
        "train_accuracy": train_accuracy,
        "passes": PASSES,
        "confidences": compare(confidences(cut, features, learned), correct, faces.whose),
    }


def confidences(cut: CutNetwork, features: np.ndarray, learned) -> dict[str, np.ndarray]:
    """n numbers for each kind of confidence. `features` are views x n x d; `learned` has `predict`."""
    probabilities = cut.probabilities(features)
    ordered = np.sort(probabilities, axis=1)
    kinds = {
        SHOWN: ordered[:, -1],
        "max softmax, not calibrated": cut.probabilities(features, temperature=1).max(axis=1),
        "margin between the first two": ordered[:, -1] - ordered[:, -2],
        "entropy": -entropy(probabilities),
    }
    if cut.has_dropout:
        passes = cut.passes(features, PASSES, SEED)
        kinds |= {
            "MC dropout, max of the mean": passes.mean(axis=0).max(axis=1),
            "MC dropout, predictive entropy": -entropy(passes.mean(axis=0)),
            "MC dropout, mutual information": -mutual_information(passes),
        }
    return kinds | {"learned (true class probability)": np.mean([learned.predict(view) for view in features], axis=0)}


def compare(kinds: dict[str, np.ndarray], correct: np.ndarray, people: np.ndarray) -> dict[str, dict]:
    """AUROC, AURC and the latter's difference to that of SHOWN for each kind, each as [figure, low, high]: bootstrap
    95% intervals, resampled alike for all kinds, by drawing people. `people` says whose each face is."""
    random, draw = np.random.default_rng(SEED), drawing(len(correct), people)
    # A single person says nothing of how people differ.
    drawn = [draw(random) for _ in range(RESAMPLES)] if len(np.unique(people)) > 1 else []
    samples = [np.arange(len(correct)), *drawn]
    aurc = {kind: [confidence.aurc(sure[s], correct[s]) for s in samples] for kind, sure in kinds.items()}
    return {
        kind: {
            "auroc": _with_interval([confidence.error_auroc(sure[s], correct[s]) for s in samples]),
            "aurc": _with_interval(aurc[kind]),
            "aurc_difference": _with_interval(np.subtract(aurc[kind], aurc[SHOWN])),
        }
        for kind, sure in kinds.items()
    }


def _with_interval(figures) -> list[float]:
    """The first figure, that of all faces, and the interval that the others, of the resampled faces, span; NaN without
    any."""
    low, high = np.nanquantile(figures[1:], (0.025, 0.975)) if len(figures) > 1 else (np.nan, np.nan)
    return [float(figures[0]), float(low), float(high)]


def _learned(cut: CutNetwork, learning: FaceSet):
    """A confidence learned from faces that the model has learned from, and the model's accuracy on them.

    A model that is hardly ever wrong on those shows little doubt to learn from (Corbière et al. say so too), which is
    why the accuracy is told beside that on other faces.
    """
    features = _features(cut, learning)
    probabilities = cut.probabilities(features)
    true_class = np.take_along_axis(probabilities, learning.labels[:, None], axis=1)[:, 0]
    learned = learn_confidence(np.concatenate(features), np.tile(true_class, len(features)), SEED)
    return learned, float((probabilities.argmax(axis=1) == learning.labels).mean())


def _features(cut: CutNetwork, faces: FaceSet) -> np.ndarray:
    return np.concatenate([cut.features(batch) for batch in crops(faces)], axis=1)


def _table(result: dict) -> str:
    lines = [
        f"{result['model']} {result['version']} on {result['data']}: {result['n']} faces, {result['accuracy']:.1%} "
        f"right. The learned confidence comes from {result['train']}, {result['train_accuracy']:.1%} right. "
        f"{result['passes']} passes of MC dropout. In brackets: bootstrap 95% intervals.",
        "",
        "| confidence | AUROC | AURC | AURC, compared to the first |",
        "| --- | --- | --- | --- |",
    ]
    for name, figures in result["confidences"].items():
        auroc, aurc = (_figure(figures[key], ".4f") for key in ("auroc", "aurc"))
        difference = "" if name == SHOWN else _figure(figures["aurc_difference"], "+.4f")
        lines.append(f"| {name} | {auroc} | {aurc} | {difference} |")
    return "\n".join(lines)


def _figure(values: list[float], form: str) -> str:
    figure, low, high = (format(value, form) for value in values)
    return f"{figure} [{low}, {high}]"


if __name__ == "__main__":
    main()
