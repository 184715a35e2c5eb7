"""Do maps name what mattered, and how long do they take? Deletion and insertion of RISE, of Grad-CAM where the model's
folder holds its Keras network, and of a map drawn by chance:
`python -m benchmarks.saliency --model NAME --data SPEC [--faces 120]`.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import click
import numpy as np

from fers import adapters, config
from fers.datasets import load_all
from fers.domain.emotions import Emotion
from fers.errors import ModelRejected
from fers.inference.classifier import FolderClassifier
from fers.inference.model_folder import ModelFolder, fingerprint
from fers.inference.saliency import SECONDS, deletion_and_insertion, rise
from training.convert import keras_file
from training.crops import crops

RESAMPLES = 10_000
Method = Callable[[np.ndarray, list[Emotion]], np.ndarray]
"""From a face and emotions to a map for each, as `Classifier.explain`."""


@click.command(help=__doc__)
@click.option("--model", help="A registered model.  [default: the live one]")
@click.option("--data", required=True, multiple=True, metavar="SPEC")
@click.option("--faces", "count", default=120, show_default=True)
@click.option("--covers", multiple=True, type=int, help="RISE with so many, too, whatever time they take.")
def main(model: str | None, data: tuple[str, ...], count: int, covers: tuple[int, ...]) -> None:
    folder = _folder(model)
    classifier = FolderClassifier(folder)
    faces = [face for batch in crops(load_all(data)) for face in batch]
    faces = [faces[index] for index in np.random.default_rng(0).permutation(len(faces))[:count]]
    methods = _methods(folder, classifier, covers)
    areas = {name: np.empty((len(faces), 2)) for name in methods}
    seconds = {name: [] for name in methods}
    for number, face in enumerate(faces):
        top = [Emotion(each) for each in np.argsort(-classifier.predict(face[None])[0])[:3]]
        for name, explain in methods.items():
            began = time.perf_counter()
            heat = explain(face, top)
            seconds[name].append(time.perf_counter() - began)
            areas[name][number] = deletion_and_insertion(classifier.predict, face, top[0], heat[0])
    print(f"{folder.info.id}, {len(faces)} faces, 95% intervals from {RESAMPLES:,} draws of faces")
    for name in methods:
        told = f"deletion {_interval(areas[name][:, 0])}, insertion {_interval(areas[name][:, 1])}"
        print(f"{name}: {told}; top three: median {np.median(seconds[name]):.2f} s, slowest {max(seconds[name]):.2f} s")
    for name in list(methods)[:-1]:
        less = areas[name] - areas["chance"]
        print(f"{name} less chance: deletion {_interval(less[:, 0])}, insertion {_interval(less[:, 1])}")


def _folder(model: str | None) -> ModelFolder:
    registry = adapters.registry(config.load())
    return registry.find(model or registry.default().id)


def _methods(folder: ModelFolder, classifier: FolderClassifier, covers: tuple[int, ...]) -> dict[str, Method]:
    """Ways to a map, by name; chance last."""
    methods = {f"RISE, at most {SECONDS} s": partial(rise, classifier.predict)}
    for masks in covers:
        methods[f"RISE, {masks} covers"] = partial(rise, classifier.predict, masks=masks, seconds=np.inf)
    try:
        weights = keras_file(folder)
    except ModelRejected:
        pass
    else:
        emotion = replace(
            folder.info.output, familiarity=None, valence_arousal=None
        )  # All that the Keras network tells.
        info = replace(folder.info, weights=weights.name, sha256=fingerprint(weights), output=emotion)
        methods["Grad-CAM"] = FolderClassifier(ModelFolder(folder.path, info)).explain
    random = np.random.default_rng(0)
    return methods | {"chance": lambda face, top: random.random((len(top), *face.shape[:2]))}


def _interval(values: np.ndarray) -> str:
    """The mean, and the interval of it when faces are drawn anew."""
    draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), (2.5, 97.5))
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
