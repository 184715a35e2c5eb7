"""ONNX Runtime (`.onnx`)."""

import re
from pathlib import Path

import numpy as np

from fers.errors import ModelRejected
from fers.inference.runtimes import Network, cast, real, the_input

_TYPES = {
    "float": "float32",
    "float16": "float16",
    "double": "float64",
    **{name: name for name in ("uint8", "int8", "uint16", "int16", "int32", "int64")},
}
"""Types of inputs, as ONNX Runtime and as numpy call them."""
_CAUSES = (
    (
        re.compile(r"Opset (\d+) is under development.*? is till opset (\d+)", re.DOTALL),
        "{file} is written in opset {0}, newer than this ONNX Runtime knows ({1}).",
        "Export it with opset {1} or lower.",
    ),
    (
        re.compile(r"Unsupported model IR version: (\d+), max supported IR version: (\d+)"),
        "{file} is written in version {0} of ONNX's format, newer than this ONNX Runtime knows ({1}).",
        "Export it with an older release of onnx.",
    ),
    (
        re.compile(r"Fatal error: (\S+?)\(-?\d+\) is not a registered function/op|No Op registered for (\S+)"),
        "{file} uses the operation {0}, which ONNX Runtime does not have.",
        "Export it with standard operations only.",
    ),
    (
        re.compile(
            r"model_path must not be empty|External data path|external data|external initializer", re.IGNORECASE
        ),
        "{file} keeps its weights in other files, which nothing vouches for here.",
        "Register it anew: that puts them into one file.",
    ),
)
"""What ONNX Runtime says, what that means, and what to do."""


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
    kind = np.dtype(_TYPES[source.type.removeprefix("tensor(").removesuffix(")")])

    def run(batch: np.ndarray, output: int = 0) -> np.ndarray:
        fed = cast(batch, kind)
        batches = [fed] if shape[0] is None else [face[None] for face in fed]
        return real(np.concatenate([session.run([names[output]], {source.name: each})[0] for each in batches]))

    return Network(run, shape, names)


def _refusal(file: str, said: str) -> ModelRejected | None:
    for pattern, what, remedy in _CAUSES:
        if found := pattern.search(said):
            named = [group for group in found.groups() if group]
            return ModelRejected(what.format(*named, file=file), remedy.format(*named))
    return None
