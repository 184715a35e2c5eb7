"""How many faces a second a recipe learns from, by Keras and by PyTorch: `python -m benchmarks.training`.

Each way takes its turn, again and again, in one process, on drawn faces with the recipe's own augmentation; medians are
printed, and how the others compare with Keras. `--stage N` takes another form of the network than the last one.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import click

from fers.datasets import load
from tests.training.faces import write_ferplus

FACES = 512


@click.command(help=__doc__)
@click.option("--recipe", "name", default="fersnet", show_default=True)
@click.option("--stage", default=-1, show_default=True)
@click.option("--turns", default=3, show_default=True)
def main(name: str, stage: int, turns: int) -> None:
    from training import pipeline, recipe
    from training.compiled import compiled

    chosen = recipe.load(name)
    chosen = replace(chosen, stages=(replace(chosen.stages[stage], epochs=1),)).fitted(FACES)
    with tempfile.TemporaryDirectory() as folder:
        votes = [tuple(10 * (column == number % 8) for column in range(10)) for number in range(FACES)]
        faces = load(f"ferplus:{write_ferplus(Path(folder) / 'set', votes)}")
        network = compiled(chosen, 0, None, FACES)
        batches = partial(pipeline.training_batches, faces, network.input_shape[1:], chosen, 0)
        ways = {"Keras on TensorFlow, float32": partial(_by_keras, network)} | _by_torch(network, chosen)
        rates = {way: [] for way in ways}
        for _, (way, learn) in product(range(turns + 1), ways.items()):
            started = time.perf_counter()
            learn(batches())
            rates[way].append(len(faces) // chosen.batch_size * chosen.batch_size / (time.perf_counter() - started))
        # The first turn warms up.
        medians = {way: statistics.median(found[1:]) for way, found in rates.items()}
        keras = next(iter(medians.values()))
        click.echo(f"{name}, {network.input_shape[1]} pixels, load {os.getloadavg()[0]:.1f}")
        for way, rate in medians.items():
            click.echo(f"{way}: {rate:.0f} faces a second, {rate / keras:.1f} times Keras")


def _by_keras(network, batches) -> None:
    network.fit(batches, verbose=0)


def _by_torch(network, chosen) -> dict[str, Callable]:
    from training.torch_training import TorchTrainer, Way

    ways = [Way(bfloat16, threads) for bfloat16, threads in product((False, True), (1, len(os.sched_getaffinity(0))))]
    trainers = {way: TorchTrainer(network, chosen, 1_000_000, way) for way in ways}
    return {
        f"PyTorch, {way}": lambda batches, trainer=trainer: trainer.epoch(batches.as_numpy_iterator())
        for way, trainer in trainers.items()
    }


if __name__ == "__main__":
    main()
