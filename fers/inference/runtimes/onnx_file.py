"""ONNX Runtime (`.onnx`)."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fers.errors import ModelRejected
from fers.inference.runtimes import Network, cast, real, steps, the_input

_TYPES = {
    "float": "float32",
    "float16": "float16",
    "double": "float64",
    **{name: name for name in ("uint8", "int8", "uint16", "int16", "int32", "int64")},
}
"""Types of inputs, as ONNX Runtime and as numpy call them."""
_NEWER_OPSET = re.compile(r"Opset (\d+) is under development.*? is till opset (\d+)", re.DOTALL)
_NEWER_FORMAT = re.compile(r"Unsupported model IR version: (\d+), max supported IR version: (\d+)")
_UNKNOWN_OPERATION = re.compile(
    r"Fatal error: (\S+?)\(-?\d+\) is not a registered function/op|No Op registered for (\S+)"
)
_NOT_COMPUTED = re.compile(r"Could not find an implementation for (\w+)\(\d+\)")
_WEIGHTS_ELSEWHERE = re.compile(
    r"model_path must not be empty|External data path|external data|external initializer", re.IGNORECASE
)
"""What ONNX Runtime says."""


def load(path: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Many people are served at once: one thread a prediction beats threads that wait for one another.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # What goes wrong is raised, too.
    # Weights kept in other files are refused, as nothing vouches for them: they are looked for where no folder is.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path))
    try:
        session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"], enable_fallback=False
        )
    except Exception as error:
        if refusal := _refusal(path.name, str(error)):
            raise refusal from error
        raise
    inputs = session.get_inputs()
    source = the_input(inputs, [each.name for each in inputs], path.name)
    names = tuple(output.name for output in session.get_outputs())
    shape = tuple(side if isinstance(side, int) and side > 0 else None for side in source.shape)
    type_ = source.type.removeprefix("tensor(").removesuffix(")")
    if type_ not in _TYPES:
        raise ModelRejected("onnx.other-input", file=path.name, type=type_)
    kind = np.dtype(_TYPES[type_])

    def run(batch: np.ndarray, outputs: Sequence[int]) -> list[np.ndarray]:
        fed, wanted = cast(batch, kind), [names[index] for index in outputs]
        batches = [fed] if shape[0] is None else [face[None] for face in fed]
        said = [session.run(wanted, {source.name: each}) for each in batches]
        return [real(np.concatenate(of_output)) for of_output in zip(*said, strict=True)]

    return Network(run, shape, names, steps=steps(kind))


def _refusal(file: str, message: str) -> ModelRejected | None:
    if found := _NEWER_OPSET.search(message):
        return ModelRejected("onnx.newer-opset", file=file, opset=found[1], known=found[2])
    if found := _NEWER_FORMAT.search(message):
        return ModelRejected("onnx.newer-format", file=file, version=found[1], known=found[2])
    if found := _UNKNOWN_OPERATION.search(message):
        return ModelRejected("onnx.unknown-operation", file=file, operation=found[1] or found[2])
    if found := _NOT_COMPUTED.search(message):
        return ModelRejected("onnx.not-computed", file=file, operation=found[1])
    if _WEIGHTS_ELSEWHERE.search(message):
        return ModelRejected("onnx.weights-not-included", file=file)
    return None
