"""How training grows with the workers: `python -m benchmarks.training_together`.

One epoch of FERSNet's first stage (32 x 32 pixels, batches of 128) over drawn faces, by `tf.distribute` among as many
processes as there are cores to use, each on a core of its own. Prints medians, less the time that the same takes with a
single batch (starting, compiling and saving), which does not grow with the faces.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import click

from tests import REPOSITORY
from tests.training.faces import write_ferplus

RECIPE = "fersnet"
BATCH = 128


def learn(faces: str, run: str) -> None:
    """What each worker does."""
    from fers.datasets import load
    from training import distribution, recipe
    from training.run import train

    chosen = recipe.load(RECIPE)
    chosen = replace(chosen, stages=(replace(chosen.stages[0], epochs=1),), batch_size=BATCH, warmup_steps=0)
    learning, validation = (load(f"ferplus:{Path(faces) / name}") for name in ("learning", "validation"))
    train(chosen, learning, validation, Path(run), among=distribution.strategy("multiworker"))


def draw(folder: Path, faces: int) -> None:
    for name, count in (("learning", faces), ("validation", 8)):
        votes = [tuple(10 * (column == number % 8) for column in range(10)) for number in range(count)]
        write_ferplus(folder / name, votes)


def seconds(faces: Path, workers: int) -> float:
    """Seconds that so many workers take together."""
    from tests.training.machine import free_addresses

    cores, addresses = sorted(os.sched_getaffinity(0)), free_addresses(workers)
    work = "import sys; from benchmarks.training_together import learn; learn(*sys.argv[1:])"
    with tempfile.TemporaryDirectory() as run:
        started = time.perf_counter()
        running = [
            subprocess.Popen(
                [sys.executable, "-c", work, faces, run],
                cwd=REPOSITORY,
                env=os.environ | {"TF_CONFIG": json.dumps(_cluster(addresses, number)), "KERAS_BACKEND": "tensorflow"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=lambda number=number: os.sched_setaffinity(0, cores[number : number + 1]),
            )
            for number in range(workers)
        ]
        if [process.wait() for process in running] != [0] * workers:
            raise click.ClickException("A worker failed.")
        return time.perf_counter() - started


def _cluster(addresses: list[str], number: int) -> dict:
    return {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}


@click.command()
@click.option("--batches", default=60, show_default=True, help="How many more than one.")
@click.option("--runs", default=3, show_default=True)
def main(batches: int, runs: int) -> None:
    sizes, available = (BATCH, BATCH * (batches + 1)), range(1, len(os.sched_getaffinity(0)) + 1)
    taken = {case: [] for case in product(available, sizes)}
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            draw(Path(name) / str(size), size)
        for _ in range(runs):
            for workers, size in taken:
                taken[workers, size].append(seconds(Path(name) / str(size), workers))
    medians = {case: statistics.median(times) for case, times in taken.items()}
    net = {workers: medians[workers, sizes[1]] - medians[workers, sizes[0]] for workers in available}
    for workers in available:
        each, quicker = 1000 * net[workers] / (BATCH * batches), net[1] / net[workers]
        idle = medians[workers, sizes[0]]
        print(f"training by {workers}: {each:.2f} ms a face, {quicker:.2f} x one worker, {idle:.1f} s idle")


if __name__ == "__main__":
    main()
