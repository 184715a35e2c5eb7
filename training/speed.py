"""How long one face takes, for several models at once: `python -m training.speed --model NAME_OR_FOLDER …`."""

import statistics
import time
from collections.abc import Sequence

import click
import numpy as np

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.domain.images import FACE_SIDE
from fers.domain.interfaces import Classifier

ROUNDS = 30


@click.command(help=__doc__)
@click.option("--model", "models", required=True, multiple=True, metavar="NAME_OR_FOLDER", help="Models to compare.")
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(1), help="Faces for each model.")
@explains_failures
def main(models: tuple[str, ...], rounds: int) -> None:
    registry = adapters.registry(config.load())
    classifiers = [registry.classifier(model) for model in models]
    for classifier, milliseconds in zip(classifiers, one_face_milliseconds(classifiers, rounds), strict=True):
        click.echo(f"{classifier.info.id} {classifier.info.version}: {milliseconds:.2f} ms a face")


def one_face_milliseconds(classifiers: Sequence[Classifier], rounds: int = ROUNDS) -> list[float]:
    """Medians from a 224 x 224 crop to eight probabilities, measured in turns so that whatever else the machine does
    meets all models alike."""
    face = np.random.default_rng(0).integers(0, 256, (1, FACE_SIDE, FACE_SIDE, 3), np.uint8)
    for classifier in classifiers:
        classifier.predict(face)
    taken: list[list[float]] = [[] for _ in classifiers]
    for _ in range(rounds):
        for times, classifier in zip(taken, classifiers, strict=True):
            started = time.perf_counter()
            classifier.predict(face)
            times.append((time.perf_counter() - started) * 1000)
    return [statistics.median(times) for times in taken]


if __name__ == "__main__":
    main()
