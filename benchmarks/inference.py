"""How fast faces get answers, beside what the machine can do and what a library that people use does:
`python -m benchmarks.inference [--model NAME] [--fer PYTHON] [--json]`.

All figures are medians of rounds in which every contender has one turn. The arithmetic floor of a network is the time
that its multiplications and additions would take at the speed of this machine's float32 matrix product on as many
threads. Runtimes are fed a ready batch; photos are 512 x 512.
"""

import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import click
import keras
from PIL import Image
from skimage import data

from benchmarks.runtimes import BATCHES, FLOOR, SQUARE
from benchmarks.turns import ROOT, Worker
from fers import adapters, config
from fers.inference.conversion import Precision
from training.convert import keras_file, litert, onnx

THREADS = (1, 2)
FRESH = {"LiteRT": "model.tflite", "ONNX Runtime": "model.onnx", "Keras, tf.function": "model.keras"}
FRESH_RUNS = 3
FIRST_ANSWER = """
import sys, time
started = time.perf_counter()
import numpy as np
from pathlib import Path
from fers.inference.runtimes import open_network
network = open_network(Path(sys.argv[1]))
network.run(np.zeros((1, *network.input_shape[1:]), np.float32))
seconds = time.perf_counter() - started
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(peak) / 1000)
"""


@click.command(help=__doc__)
@click.option("--model", metavar="NAME", help="A registered model with a Keras network.  [default: the live one]")
@click.option("--fer", type=click.Path(exists=True), metavar="PYTHON", help="Interpreter with the library fer.")
@click.option("--rounds", type=click.IntRange(1), default=40, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def main(model: str | None, fer: str | None, rounds: int, as_json: bool) -> None:
    registry = adapters.registry(config.load())
    folder = registry.find(model or registry.default().id)
    with tempfile.TemporaryDirectory() as name:
        files = Path(name)
        network = _write_files(keras_file(folder), files)
        workers = {threads: Worker("benchmarks.runtimes", str(files), str(threads)) for threads in THREADS}
        photo = str(files / "photo.jpg")
        workers["FERS"] = Worker("benchmarks.photos", folder.info.id, photo)
        if fer:
            workers["fer"] = Worker("benchmarks.fer_library", photo, python=fer)
        measured = _rounds(workers, rounds)
        flops = operations(network)
        rows = [row for threads in THREADS for row in _runtime_rows(measured[threads], threads, flops)]
        rows += _photo_rows(measured["FERS"], measured.get("fer", {}))
        rows += [_fresh_row(runtime, files / file) for runtime, file in FRESH.items()]
    click.echo(json.dumps(rows) if as_json else _table(folder.info.id, flops, rows))


def operations(network: keras.Model) -> int:
    """Multiplications and additions for one face in the network's convolutions and dense layers."""
    return sum(
        2 * math.prod(weight.shape) * math.prod(layer.output.shape[1:-1])
        for layer in network.layers
        for weight in layer.weights
        if len(weight.shape) > 1
    )


def _write_files(source: Path, folder: Path) -> keras.Model:
    """Put the network into `folder` in every format, with a photo. Returns it."""
    network = keras.saving.load_model(source, compile=False)
    shutil.copy(source, folder / "model.keras")
    (folder / "model.tflite").write_bytes(litert(network))
    (folder / "float16.tflite").write_bytes(litert(network, Precision.FLOAT16))
    (folder / "int8.tflite").write_bytes(litert(network, Precision.INT8))
    (folder / "model.onnx").write_bytes(onnx(network))
    Image.fromarray(data.astronaut()).save(folder / "photo.jpg", quality=92)
    return network


def _rounds(workers: dict, rounds: int) -> dict:
    """Seconds by worker and task, a list each."""
    taken = {name: defaultdict(list) for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            for task, seconds in worker.turn().items():
                taken[name][task].append(seconds)
    for worker in workers.values():
        worker.end()
    return taken


def _runtime_rows(taken: dict[str, list[float]], threads: int, flops: int) -> list[dict]:
    # The quickest product is the closest to what the machine can do; the rest met other work.
    speed = 2 * SQUARE**3 / min(taken.pop(FLOOR))
    floor = {size: size * flops / speed for size in BATCHES}
    name = f"arithmetic floor ({speed / 1e9:.0f} GFLOP/s)"
    rows = [_row(name, _faces(size), threads, seconds) for size, seconds in floor.items()]
    for task, seconds in taken.items():
        runtime, size = task.split("|")
        median = statistics.median(seconds)
        rows.append(_row(runtime, _faces(int(size)), threads, median, median / floor[int(size)], "the floor"))
    return sorted(rows, key=lambda row: (row["task"] != _faces(1), row["ms"]))


def _faces(size: int) -> str:
    return "one face, prepared" if size == 1 else f"{size} faces, prepared"


def _photo_rows(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> list[dict]:
    rows = []
    for task, seconds in ours.items():
        median = statistics.median(seconds)
        if task not in theirs:
            rows.append(_row("FERS", task, None, median))
            continue
        peer = statistics.median(theirs[task])
        rows += [_row("FERS", task, None, median, median / peer, "fer"), _row("fer", task, None, peer)]
    return rows


def _fresh_row(runtime: str, file: Path) -> dict:
    command = [sys.executable, "-c", FIRST_ANSWER, str(file)]
    runs = [
        tuple(map(float, subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()))
        for _ in range(FRESH_RUNS)
    ]
    seconds, megabytes = (statistics.median(column) for column in zip(*runs, strict=True))
    return _row(runtime, f"first answer of a fresh process ({megabytes:.0f} MB)", None, seconds)


def _row(who: str, task: str, threads: int | None, seconds: float, ratio=None, to=None) -> dict:
    return {"who": who, "task": task, "threads": threads, "ms": seconds * 1000, "ratio": ratio, "to": to}


def _table(model: str, flops: int, rows: list[dict]) -> str:
    lines = [f"{model}: {flops / 1e6:.0f} million operations a face"]
    for row in rows:
        threads = f"{row['threads']} thread" + "s" * (row["threads"] > 1) if row["threads"] else ""
        ratio = f"{row['ratio']:.2f} x {row['to']}" if row["to"] else ""
        lines.append(f"{row['task']:44} {row['who']:34} {threads:10} {row['ms']:9.2f} ms  {ratio}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    main()
