"""ONNX files: those whose weights lie beside them, as PyTorch writes them, become one file."""

import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fers.errors import ModelRejected
from fers.inference.foreign import MADE, Normal

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto


class Lacking(ModelRejected):
    """Files that an ONNX file keeps its weights in are not beside it: those are its field `others`."""


def normal_form(source: Path, folder: Path) -> Normal:
    """Raises Lacking, or ModelRejected for weights elsewhere than beside the file."""
    import onnx

    target = folder / f"{MADE}.onnx"
    try:
        model = onnx.load(source, load_external_data=False)
    except Exception as error:  # noqa: BLE001 - protobuf's own kinds
        raise ModelRejected("onnx.broken", file=source.name) from error
    names = sorted({_location(tensor, source.name) for tensor in _kept_elsewhere(model)})
    if not names:
        return Normal(Path(shutil.copyfile(source, target)))
    if lacking := [name for name in names if not (source.parent / name).is_file()]:
        raise Lacking("onnx.weights-missing", file=source.name, others=lacking)
    try:
        onnx.load_external_data_for_model(model, str(source.parent))
    except Exception as error:  # noqa: BLE001 - as above
        raise ModelRejected("onnx.other-weights", file=source.name, others=names) from error
    onnx.save(model, target)
    return Normal(target)


def _kept_elsewhere(model: "ModelProto") -> list["TensorProto"]:
    """The tensors that do not hold their numbers, wherever in the graph they are."""
    from onnx import TensorProto
    from onnx.external_data_helper import _get_all_tensors

    return [tensor for tensor in _get_all_tensors(model) if tensor.data_location == TensorProto.EXTERNAL]


def _location(tensor: "TensorProto", file: str) -> str:
    """The name of the file with a tensor's numbers. Raises ModelRejected when it leads out of the folder."""
    location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
    path = PurePosixPath(location.replace("\\", "/"))
    if not location or path.is_absolute() or ".." in path.parts or ":" in location:
        raise ModelRejected("onnx.weights-outside", file=file, location=location)
    return str(path)
