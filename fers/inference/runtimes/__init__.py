"""What runs a network: one module a kind of weights file, each imported on first use.

Each has `load(path) -> Network`, which refuses what it knows the cause of and else raises whatever its library raises
for a file it can't load; `open_network` turns that into a refusal.
"""

import importlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fers.errors import ModelRejected
from fers.inference.grad_cam import Maps

LARGEST_SIDE = 1024
"""In pixels. A broken file may ask for more memory than there is."""
OUT_OF_MEMORY = re.compile(r"bad.?alloc|MemoryError|OOM|[Aa]llocat|RESOURCE_EXHAUSTED|ResourceExhausted")
"""How libraries say so, in what they raise or write before they end the process."""
LEAST_KEPT, FEWEST_STEPS = 0.5, 32
"""An input of whole numbers has to hold more than this share of what a picture is fed as, in as many shades."""
EMOTION = "emotion"
"""What the output that holds the eight classes is called in a network with several."""


@dataclass(frozen=True)
class Steps:
    """The values that an input of whole numbers can be fed: from `lowest` to `highest`, `step` apart."""

    lowest: float
    highest: float
    step: float

    def hold(self, low: float, high: float) -> bool:
        """Whether a picture whose black and white are fed as `low` and `high` keeps more than half of it. Quantised
        networks are calibrated on pictures that need not be black or white anywhere."""
        kept = min(high, self.highest) - max(low, self.lowest)
        return kept > (high - low) * LEAST_KEPT and kept >= self.step * FEWEST_STEPS


@dataclass(frozen=True)
class Network:
    """Loaded weights, whatever runs them."""

    answers: Callable[[np.ndarray, Sequence[int]], list[np.ndarray]]
    """From a float32 batch of `input_shape` and indices of `outputs` to what these say, each n x numbers, float32, in
    one pass. Inputs of another type are cast, those of quantised networks by their scale and zero point, and so are
    outputs. Safe under many threads."""
    input_shape: tuple[int | None, ...]
    """Four numbers, the first of which is the batch; None where any size goes."""
    outputs: tuple[str, ...]
    """What the network's author called them."""
    parameters: int | None = None
    """How many numbers were learned, where the file tells."""
    maps: Callable[[int], Maps] | None = None
    """What mattered for an output, by its index, where the runtime can tell."""
    steps: Steps | None = None
    """What the input can be fed, where that is whole numbers; None for real ones."""

    def run(self, batch: np.ndarray, output: int = 0) -> np.ndarray:
        """What one output says of a batch."""
        (said,) = self.answers(batch, [output])
        return said


_MODULES = {".keras": "keras_file", ".tflite": "litert", ".onnx": "onnx_file"}
"""Runtime by the file's suffix."""
SERVED = {".tflite", ".onnx"}
"""What the app opens: files that hold operations alone, each of which only computes."""


def open_network(weights: Path) -> Network:
    """Load weights with the runtime for their kind. Raises ModelRejected for a kind that none runs, and for a file that
    is broken or would run code of its own. Keras files are opened where they were made, and in the sandbox: the app
    asks `refuse_unserved` first."""
    module = _MODULES.get(weights.suffix.lower())
    if module is None or weights.is_dir():
        raise _unserved(weights)
    runtime = importlib.import_module(f"{__name__}.{module}")
    try:
        network: Network = runtime.load(weights)
    except ModelRejected:
        raise
    except Exception as error:  # noqa: BLE001 - each library raises kinds of its own for files it can't load
        _refuse_greed(error, weights.name)
        raise ModelRejected("weights.broken-or-unsafe", file=weights.name) from error
    shape = network.input_shape
    if len(shape) != 4 or not all(side is None or 1 <= side <= LARGEST_SIDE for side in shape):
        raise ModelRejected("network.no-faces", file=weights.name, shape=shape)
    return network


def refuse_unserved(weights: Path) -> None:
    """Raise ModelRejected for weights that have to be converted before they can be served."""
    if weights.suffix.lower() not in SERVED or weights.is_dir():
        raise _unserved(weights)


def _unserved(weights: Path) -> ModelRejected:
    return ModelRejected("weights.not-served", file=weights.name)


def tried(network: Network, batch: np.ndarray, file: str, output: int = 0) -> np.ndarray:
    """What the network says of `batch`, n x numbers. Raises ModelRejected when it can't answer."""
    try:
        outputs = network.run(batch, output)
    except Exception as error:  # noqa: BLE001 - as above
        _refuse_greed(error, file)
        if (network.input_shape[0] or 1) > 1:
            raise ModelRejected("network.fixed-batch", file=file, faces=network.input_shape[0]) from error
        if len(batch) > 1 and _answers(network, batch[:1], output):
            raise ModelRejected("network.one-at-a-time", file=file) from error
        raise ModelRejected("network.no-answer", file=file, shape=batch.shape[1:]) from error
    if outputs.ndim != 2 or len(outputs) != len(batch):
        raise ModelRejected("network.other-shape", file=file, shape=outputs.shape, faces=len(batch))
    if not np.isfinite(outputs).all():
        raise ModelRejected("network.not-finite", file=file)
    return outputs


def _answers(network: Network, batch: np.ndarray, output: int) -> bool:
    try:
        return len(network.run(batch, output)) == len(batch)
    except Exception:  # noqa: BLE001 - as above
        return False


def _refuse_greed(error: Exception, file: str) -> None:
    if OUT_OF_MEMORY.search(f"{type(error).__name__} {error}"):
        raise ModelRejected("network.too-much-memory", file=file) from error


def the_input(inputs: list[Any], names: list[str], file: str) -> Any:
    """The only one of a network's inputs. Raises ModelRejected."""
    if not inputs:
        raise ModelRejected("network.no-inputs", file=file)
    if len(inputs) != 1:
        raise ModelRejected("network.several-inputs", file=file, inputs=names)
    return inputs[0]


def cast(batch: np.ndarray, to: np.dtype, scale: float = 0.0, zero: int = 0) -> np.ndarray:
    """A float32 batch as a network's input: whole numbers are rounded, quantised ones by `scale` (0 for none) and the
    number that stands for `zero`."""
    to = np.dtype(to)
    if to.kind == "f":
        return batch.astype(to, copy=False)
    quantised = batch / scale + zero if scale else batch
    limits = np.iinfo(to)
    return np.rint(quantised).clip(limits.min, limits.max).astype(to)


def steps(of: np.dtype, scale: float = 0.0, zero: int = 0) -> Steps | None:
    """What an input of this type can be fed, by the same words as for `cast`."""
    of = np.dtype(of)
    if of.kind == "f":
        return None
    limits, step = np.iinfo(of), scale or 1.0
    return Steps((int(limits.min) - zero) * step, (int(limits.max) - zero) * step, step)


def real(values: np.ndarray, scale: float = 0.0, zero: int = 0) -> np.ndarray:
    """What a network said, as float32: the other way round. A map of a single place (n x 7 x 1 x 1) is a row a face."""
    values = np.asarray(values).astype(np.float32, copy=False)
    if values.ndim > 2 and math.prod(values.shape[1:]) == max(values.shape[1:]):
        values = values.reshape(len(values), -1)
    return (values - zero) * np.float32(scale) if scale else values


def author_name(name: str) -> str:
    """An output's name without what exporters add: "emotion" of "model/emotion:0"."""
    return name.split(":")[0].split("/")[-1]


def pick_output(names: tuple[str, ...], file: str, wanted: str | None = None) -> int:
    """The index of the output that holds the classes: that called `wanted`, the only one, or the one called EMOTION.

    Raises ModelRejected."""
    if len(names) == 1 and wanted is None:
        return 0
    chosen = [index for index, name in enumerate(names) if wanted == name]
    chosen = chosen or [index for index, name in enumerate(names) if author_name(name) == (wanted or EMOTION)]
    if len(chosen) == 1:
        return chosen[0]
    if wanted:
        raise ModelRejected("network.file-lacks-output", file=file, output=wanted, outputs=names)
    raise ModelRejected("network.several-outputs", file=file, outputs=names, option="--output")
