"""What runs a network: one module a kind of weights file, each imported on first use.

Each has `load(path) -> Network` and raises whatever its library raises for a file it can't load; `open_network` turns
that into a refusal.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fers.errors import ModelRejected
from fers.inference.grad_cam import Maps

LARGEST_SIDE = 1024
"""In pixels. A broken file may ask for more memory than there is."""
EMOTION = "emotion"
"""What the output that holds the eight classes is called in a network with several."""


@dataclass(frozen=True)
class Network:
    """Loaded weights, whatever runs them."""

    run: Callable[[np.ndarray], np.ndarray]
    """From a float32 batch of `input_shape` to n x outputs. Safe under many threads."""
    input_shape: tuple[int | None, ...]
    """Four numbers, the first of which is the batch; None where any size goes."""
    parameters: int | None = None
    """How many numbers were learned, where the file tells."""
    maps: Maps | None = None
    """What mattered for an output, where the runtime can tell."""


_MODULES = {".keras": "keras_file", ".tflite": "litert", ".onnx": "onnx_file", "": "saved_model"}
"""Runtime by the file's suffix; a TensorFlow SavedModel is a folder."""
SUFFIXES = tuple(suffix for suffix in _MODULES if suffix)
KINDS = ".keras, .tflite or .onnx file or a TensorFlow SavedModel folder"


def open_network(weights: Path) -> Network:
    """Load weights with the runtime for their kind. Raises ModelRejected for a kind that FERS does not know, and for a
    file that is broken or would run code of its own."""
    suffix = "" if weights.is_dir() else weights.suffix.lower()
    if suffix not in _MODULES or (suffix == "" and not weights.is_dir()):
        raise ModelRejected(f"{weights.name} is not a {KINDS}.", "Save the model as one of these.")
    runtime = importlib.import_module(f"{__name__}.{_MODULES[suffix]}")
    try:
        network = runtime.load(weights)
    except ModelRejected:
        raise
    except Exception as error:  # noqa: BLE001 - each library raises kinds of its own for files it can't load
        raise ModelRejected(
            f"{weights.name} can't be loaded: it is broken, or holds what FERS won't run.", "Save the model anew."
        ) from error
    shape = network.input_shape
    if len(shape) != 4 or not all(side is None or 1 <= side <= LARGEST_SIDE for side in shape):
        raise ModelRejected(f"{weights.name} does not read faces: its input has shape {shape}.")
    return network


def tried(network: Network, batch: np.ndarray, file: str) -> np.ndarray:
    """What the network says of `batch`, n x outputs. Raises ModelRejected when it can't answer."""
    try:
        outputs = network.run(batch)
    except Exception as error:  # noqa: BLE001 - as above
        what = f"{file} can't answer for a face of shape {batch.shape[1:]}."
        raise ModelRejected(what, "Save it anew, with float32 inputs.") from error
    if outputs.ndim != 2 or len(outputs) != len(batch):
        raise ModelRejected(f"{file} answers with shape {outputs.shape} where {len(batch)} x classes is expected.")
    if not np.isfinite(outputs).all():
        raise ModelRejected(f"{file} answers with numbers that are not finite.", "Save it anew, or train it again.")
    return outputs


def pick_output(names: list[str], file: str) -> int:
    """The index of the output that holds the classes: the only one, or the one called EMOTION. Raises ModelRejected."""
    if len(names) == 1:
        return 0
    chosen = [index for index, name in enumerate(names) if name.split(":")[0].split("/")[-1] == EMOTION]
    if len(chosen) != 1:
        raise ModelRejected(
            f"{file} has {len(names)} outputs ({', '.join(names)}), and FERS can't tell which one holds the classes.",
            f'Call that one "{EMOTION}".',
        )
    return chosen[0]
