"""How evaluation on Apache Beam grows with the cores it may use: `make beam`, then `python -m benchmarks.scaling`.

For each number of cores, in turn and several times over, a store of copies of one photograph is evaluated by
`python -m fers evaluate --engine beam` with that many workers. Prints medians, less the time that an evaluation of
nothing takes (starting and ending Beam), which does not grow with the faces.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from fers import config
from fers.platform import assemble
from tests.people import OneFace, OneModel, give_face, participant

PYTHON = config.REPOSITORY / ".beam" / "bin" / "python"


def fill(folder: Path, faces: int) -> None:
    settings = replace(config.load({}), data=folder)
    platform = assemble(settings, models=OneModel(), detector=OneFace(), now=lambda: datetime.now(UTC))
    ada = participant(platform)
    for _ in range(faces):
        give_face(platform, ada)


def seconds(store: Path, model: str, cores: int) -> tuple[float, float]:
    """Seconds of an evaluation of a copy of `store` on so many cores, and of another one that finds nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(store, data)
        return _evaluate(data, model, cores), _evaluate(data, model, cores)


def _evaluate(data: Path, model: str, cores: int) -> float:
    started = time.perf_counter()
    subprocess.run(
        [PYTHON, "-m", "fers", "evaluate", model, "--engine", "beam", "--workers", str(cores)],
        cwd=config.REPOSITORY,
        env=os.environ | {"FERS_DATA": str(data)},
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores]),
    )
    return time.perf_counter() - started


@click.command()
@click.option("--faces", default=2000, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--model", default="fersnet-ferplus", show_default=True)
def main(faces: int, runs: int, model: str) -> None:
    available = range(1, len(os.sched_getaffinity(0)) + 1)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "data"
        fill(store, faces)
        taken = {cores: [] for cores in available}
        for _ in range(runs):
            for cores in available:
                taken[cores].append(seconds(store, model, cores))
    one = None
    for cores, measured in taken.items():
        idle = statistics.median(nothing for _, nothing in measured)
        work = statistics.median(everything for everything, _ in measured) - idle
        one = one or work
        print(f"{cores} cores: {1000 * work / faces:.2f} ms a face, {one / work:.2f} times one core, {idle:.1f} s idle")


if __name__ == "__main__":
    main()
