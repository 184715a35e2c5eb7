"""How large work on Apache Beam grows with the cores it may use: `make beam`, then `python -m benchmarks.scaling`.

For each number of cores, in turn and several times over, a store of copies of one photograph is evaluated, and exported
as WebDataset, by `python -m fers ... --engine beam` with that many workers. Prints medians, less the time that the same
takes with a single face (starting and ending Beam), which does not grow with the faces.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import click

from fers import config
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from tests import REPOSITORY
from tests.people import OneFace, OneModel, give_face, participant

MODEL = "vgg13-ferplus"
PYTHON = REPOSITORY / ".beam" / "bin" / "python"


def fill(folder: Path, faces: int) -> None:
    settings = replace(config.load({}), data=folder)
    platform = assemble(settings, models=OneModel(), detector=OneFace(), now=lambda: datetime.now(UTC))
    ada = participant(platform)
    for _ in range(faces):
        give_face(platform, ada)
    platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")


def work(kind: str, folder: Path) -> list[str]:
    """The command's own words."""
    if kind == "evaluate":
        return ["evaluate", MODEL]
    study = ["--study", "FERS try-out", "--format", "webdataset"]
    return ["export", "v1", *study, "--out", str(folder / "out")]


def seconds(store: Path, kind: str, cores: int) -> float:
    """Seconds that work on a copy of `store` takes on so many cores."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(store, folder / "data")
        started = time.perf_counter()
        subprocess.run(
            [PYTHON, "-m", "fers", *work(kind, folder), "--engine", "beam", "--workers", str(cores)],
            cwd=REPOSITORY,
            env=os.environ | {"FERS_DATA": str(folder / "data")},
            check=True,
            capture_output=True,
            preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores]),
        )
        return time.perf_counter() - started


@click.command()
@click.option("--faces", default=1500, show_default=True)
@click.option("--runs", default=3, show_default=True)
def main(faces: int, runs: int) -> None:
    available = range(1, len(os.sched_getaffinity(0)) + 1)
    cases = list(product(("evaluate", "export"), available, (1, faces)))
    taken = {case: [] for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        for size in (1, faces):
            fill(Path(folder) / str(size), size)
        for _ in range(runs):
            for kind, cores, size in cases:
                taken[kind, cores, size].append(seconds(Path(folder) / str(size), kind, cores))
    medians = {case: statistics.median(times) for case, times in taken.items()}
    for kind in ("evaluate", "export"):
        on_one = medians[kind, 1, faces] - medians[kind, 1, 1]
        for cores in available:
            idle = medians[kind, cores, 1]
            on_these = medians[kind, cores, faces] - idle
            each = 1000 * on_these / (faces - 1)
            print(f"{kind}, {cores} cores: {each:.2f} ms a face, {on_one / on_these:.2f} x one core, {idle:.1f} s idle")


if __name__ == "__main__":
    main()
