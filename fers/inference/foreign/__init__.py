"""Model files as other people make them, turned into one of the kinds that are served (`fers.inference.runtimes`).

All of this runs in the sandbox only: these readers see files that nobody has checked.
"""

import importlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from fers.errors import ModelRejected

MADE = "model"
"""What the file that can be served is called, before its suffix."""
SUFFIXES = (".keras", ".h5", ".hdf5", ".tflite", ".onnx")
_HDF5, _ZIP, _LITERT = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"TFL3"
_PYTORCH = {".pt", ".pth", ".ckpt", ".bin", ".safetensors"}
_PICKLES = {".pkl", ".pickle", ".joblib"}
_CORE_ML = {".mlmodel", ".mlpackage"}


@dataclass(frozen=True)
class Normal:
    """A network in a form that can be served."""

    weights: Path
    parameters: int | None = None
    """How many numbers were learned, where the file that was brought tells and this one doesn't."""


def normal_form(source: Path, folder: Path) -> Normal:
    """The network of `source` as a file in `folder` that can be served: `source` itself, copied, where it can be.

    Raises ModelRejected, or `onnx_files.Lacking` where files beside it are needed.
    """
    module = importlib.import_module(f"{__name__}.{_reader(source)}")
    normal: Normal = module.normal_form(source, folder)
    return normal


def _reader(source: Path) -> str:
    """The module that reads it, told by the content before the name."""
    if source.is_dir():
        return "saved_models"
    with source.open("rb") as file:
        start = file.read(8)
    if start == _HDF5 or (start[:4] == _ZIP and "config.json" in _names(source)):
        return "keras_files"
    if start[4:] == _LITERT:
        return "litert_files"
    suffix = source.suffix.lower()
    if suffix == ".onnx":
        return "onnx_files"
    if suffix in SUFFIXES:
        raise ModelRejected("weights.broken-or-misnamed", file=source.name, suffix=suffix)
    raise other_kind(source)


def _names(file: Path) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except Exception:  # noqa: BLE001 - a damaged zip raises many kinds
        return []


def other_kind(path: Path) -> ModelRejected:
    """Why `path`, a file or folder, is no model that FERS takes, and what to do."""
    if tensorflow_js(path):
        return ModelRejected("weights.tensorflow-js", file=path.name)
    suffix = path.suffix.lower()
    if suffix in _PYTORCH:
        return ModelRejected("weights.pytorch", file=path.name)
    if suffix in _PICKLES:
        return ModelRejected("weights.pickle", file=path.name)
    if suffix in _CORE_ML:
        return ModelRejected("weights.core-ml", file=path.name)
    if suffix == ".pb":
        return ModelRejected("weights.frozen-graph", file=path.name)
    return ModelRejected("weights.unknown-kind", file=path.name)


def tensorflow_js(path: Path) -> bool:
    """Whether a folder or a file is the `model.json` of TensorFlow.js."""
    file = path / "model.json" if path.is_dir() else path
    if file.suffix.lower() != ".json":
        return False
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and bool({"weightsManifest", "modelTopology"} & set(document))
