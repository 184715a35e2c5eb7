"""Model files as other people make them, turned into one of the kinds that are served (`fers.inference.runtimes`).

All of this runs in the sandbox only: these readers see files that nobody has checked.
"""

import importlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fers.errors import ModelRejected

MADE = "model"
"""What the file that can be served is called, before its suffix."""
MADE_AS = {f"{MADE}.tflite", f"{MADE}.onnx"}
SAVED_MODEL = "saved_model.pb"
"""The file of a SavedModel that says what it computes."""
SUFFIXES = (".keras", ".h5", ".hdf5", ".tflite", ".onnx")
_HDF5, _ZIP, _LITERT = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"TFL3"
_AFTER_ONNX_VERSION = (b"\x12", b"\x1a", b"\x22", b"\x28", b"\x32", b"\x3a", b"\x42")
"""Keys of what may follow the version that ONNX begins with: who made it, the graph, and so on."""
_OTHERS: dict[str, Callable[[str], ModelRejected]] = {
    "Core ML": lambda file: ModelRejected("weights.core-ml", file=file),
    "Git LFS": lambda file: ModelRejected("weights.git-lfs", file=file),
    "PyTorch": lambda file: ModelRejected("weights.pytorch", file=file),
    "archive": lambda file: ModelRejected("weights.packed", file=file),
    "empty": lambda file: ModelRejected("weights.empty", file=file),
    "frozen graph": lambda file: ModelRejected("weights.frozen-graph", file=file),
    "pickle": lambda file: ModelRejected("weights.pickle", file=file),
    "web page": lambda file: ModelRejected("weights.web-page", file=file),
}
"""Why files of other kinds, called so and so, are refused."""
_BEGINNINGS = {
    b"version https://git-lfs": "Git LFS",
    b"<!doctype": "web page",
    b"<html": "web page",
    b"\x80\x02\x8a\nl\xfc\x9cf\xf9": "PyTorch",  # Before its release 1.6.
    **{bytes([0x80, version]): "pickle" for version in range(2, 6)},
    **dict.fromkeys((b"\x1f\x8b", b"bzh", b"\xfd7zxz", b"7z\xbc\xaf\x27\x1c", b"rar!", b"\x28\xb5\x2f\xfd"), "archive"),
}
"""Kinds by how their files begin, in lower case."""
_SUFFIXES = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".safetensors"), "PyTorch"),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), "pickle"),
    **dict.fromkeys((".mlmodel", ".mlpackage"), "Core ML"),
    ".pb": "frozen graph",
}
_LIBRARIES = {
    ".xml": "OpenVINO",
    ".ort": "ONNX Runtime",
    **dict.fromkeys((".engine", ".trt", ".plan"), "TensorRT"),
    **dict.fromkeys((".caffemodel", ".prototxt"), "Caffe"),
    **dict.fromkeys((".pdmodel", ".pdiparams"), "PaddlePaddle"),
    ".param": "ncnn",
    ".mnn": "MNN",
    ".weights": "Darknet",
    ".mat": "MATLAB",
}
"""Whose files have these suffixes."""


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
    start = _start(source)
    if start.startswith(_HDF5) or "config.json" in _names(source, start):
        return "keras_files"
    if start[4:8] == _LITERT:
        return "litert_files"
    if start[:1] == b"\x08" and start[2:3] in _AFTER_ONNX_VERSION:
        return "onnx_files"
    if refusal := _by_content(source):
        raise refusal
    suffix = source.suffix.lower()
    if suffix == ".onnx":
        return "onnx_files"
    if suffix in SUFFIXES:
        raise ModelRejected("weights.broken-or-misnamed", file=source.name, suffix=suffix)
    raise other_kind(source)


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(512)


def _names(file: Path, start: bytes) -> list[str]:
    """Of what a zip holds."""
    if not start.startswith(_ZIP):
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except Exception:  # noqa: BLE001 - a damaged zip raises many kinds
        return []


def other_kind(path: Path) -> ModelRejected:
    """Why `path`, a file or folder, is no model that FERS takes, and what to do."""
    if tensorflow_js(path):
        return ModelRejected("weights.tensorflow-js", file=path.name)
    if keras_description(path):
        return ModelRejected("keras.description-alone", file=path.name)
    if path.is_file() and (refusal := _by_content(path)):
        return refusal
    if path.name == SAVED_MODEL:
        return ModelRejected("saved-model.alone", file=path.name)
    suffix = path.suffix.lower()
    if library := _LIBRARIES.get(suffix):
        return ModelRejected("weights.other-library", file=path.name, library=library)
    if suffix in _SUFFIXES:
        return _OTHERS[_SUFFIXES[suffix]](path.name)
    return ModelRejected("weights.unknown-kind", file=path.name)


def _by_content(file: Path) -> ModelRejected | None:
    """Why a file is no model, where its content tells, whatever it is called."""
    start = _start(file)
    kind = next((kind for begin, kind in _BEGINNINGS.items() if start.lstrip().lower().startswith(begin)), None)
    if not start:
        kind = "empty"
    elif start[257:262] == b"ustar":
        kind = "archive"
    elif start[8:10] == b'{"' or any(name.endswith("data.pkl") for name in _names(file, start)):  # safetensors; a zip
        kind = "PyTorch"
    elif start[4:8] == b"ORTM":
        return ModelRejected("weights.other-library", file=file.name, library=_LIBRARIES[".ort"])
    return _OTHERS[kind](file.name) if kind else None


def tensorflow_js(path: Path) -> bool:
    """Whether a folder or a file is the `model.json` of TensorFlow.js."""
    return bool({"weightsManifest", "modelTopology"} & set(_document(path)))


def keras_description(path: Path) -> bool:
    """Whether a file, or the `model.json` of a folder, is what Keras writes of a network without its weights."""
    return {"class_name", "config"} <= set(_document(path))


def _document(path: Path) -> dict[str, Any]:
    """What a JSON file, or the `model.json` of a folder, holds; empty where it is none."""
    file = path / "model.json" if path.is_dir() else path
    if file.suffix.lower() != ".json":
        return {}
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
