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
_BEGINNINGS = {
    b"version https://git-lfs": "weights.git-lfs",
    b"<!doctype": "weights.web-page",
    b"<html": "weights.web-page",
    b"\x80\x02\x8a\nl\xfc\x9cf\xf9": "weights.pytorch",  # Before PyTorch 1.6.
    **{bytes([0x80, version]): "weights.pickle" for version in range(2, 6)},
    **dict.fromkeys(
        (b"\x1f\x8b", b"bzh", b"\xfd7zxz", b"7z\xbc\xaf\x27\x1c", b"rar!", b"\x28\xb5\x2f\xfd"), "weights.packed"
    ),
}
"""What files are that are no models, by how they begin, in lower case."""
_SUFFIXES = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".safetensors"), "weights.pytorch"),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), "weights.pickle"),
    **dict.fromkeys((".mlmodel", ".mlpackage"), "weights.core-ml"),
    ".pb": "weights.frozen-graph",
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
    if path.is_file() and (refusal := _by_content(path)):
        return refusal
    suffix = path.suffix.lower()
    if library := _LIBRARIES.get(suffix):
        return ModelRejected("weights.other-library", file=path.name, library=library)
    return ModelRejected(_SUFFIXES.get(suffix, "weights.unknown-kind"), file=path.name)


def _by_content(file: Path) -> ModelRejected | None:
    """Why a file is no model, where its content tells, whatever it is called."""
    start = _start(file)
    code = next((code for begin, code in _BEGINNINGS.items() if start.lstrip().lower().startswith(begin)), None)
    if not start:
        code = "weights.empty"
    elif start[257:262] == b"ustar":
        code = "weights.packed"
    elif start[8:10] == b'{"' or any(name.endswith("data.pkl") for name in _names(file, start)):  # safetensors; a zip
        code = "weights.pytorch"
    elif start[4:8] == b"ORTM":
        return ModelRejected("weights.other-library", file=file.name, library=_LIBRARIES[".ort"])
    return ModelRejected(code, file=file.name) if code else None


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
