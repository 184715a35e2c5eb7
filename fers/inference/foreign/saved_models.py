"""TensorFlow's SavedModels (folders), which are programs: looked through, and converted to LiteRT once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fers.errors import ModelRejected
from fers.inference.conversion import SIGNATURE, answering, litert
from fers.inference.draft import SCALES
from fers.inference.foreign import MADE, SAVED_MODEL, Normal, other_kind
from fers.inference.foreign.litert_files import refuse_memory
from fers.inference.quiet import tensorflow
from fers.inference.runtimes import cast, open_network, real

if TYPE_CHECKING:
    import keras

LARGEST_DIFFERENCE = 1e-3
"""Of an output, or of a thousandth of it where it is larger than 1, once the network was converted."""
SOME_SIDE = 96
"""In pixels, for networks that read faces of any size."""
_OPERATION = re.compile(r"\btf\.[A-Z]\w+(?=\(tensor|' op)")
"""As the converter names those that LiteRT lacks."""
_STARTING = "__saved_model_init_op"
"""What TensorFlow lists among the functions that answer, and is none."""
ALLOWED = frozenset(Path(__file__).with_name("operations.txt").read_text("ascii").split())
"""Operations that compute and do nothing else. Any other is refused, whatever it does."""
CHECKPOINTING = {
    "__inference__traced_save": ALLOWED
    | {"SaveV2", "MergeV2Checkpoints", "ShardedFilename", "StringJoin", "StaticRegexFullMatch"},
    "__inference__traced_restore": ALLOWED | {"RestoreV2"},
}
"""Functions that TensorFlow adds to every SavedModel, to write and read the variables, by how their names begin, with
what they may hold. No other function may call them."""


def normal_form(source: Path, folder: Path) -> Normal:
    """The network of a SavedModel as LiteRT. Raises ModelRejected."""
    if not (source / SAVED_MODEL).is_file():
        raise other_kind(source)
    tensorflow()
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        description = SavedModel.FromString((source / SAVED_MODEL).read_bytes())
    except Exception as error:  # noqa: BLE001 - protobuf's own kinds
        raise ModelRejected("saved-model.broken", file=source.name) from error
    refuse_unsafe(description, source.name)
    if not (source / "variables" / "variables.index").is_file():
        raise ModelRejected("saved-model.alone", file=source.name)
    return Normal(converted(source, folder, source.name))


def converted(saved: Path, folder: Path, name: str) -> Path:
    """A SavedModel that is known to be safe, as a LiteRT file that answers as it does. `name`: of what was brought.
    Raises ModelRejected."""
    made = as_litert(saved, folder, name)
    function, loaded = answering(saved)

    def answers(batch: np.ndarray) -> dict[str, Any]:
        ((argument, spec),) = function.structured_input_signature[1].items()
        said: dict[str, Any] = function(**{argument: tensorflow().constant(cast(batch, spec.dtype.as_numpy_dtype))})
        return said

    require_alike(answers, made, name)
    del loaded
    return made


def require_alike(answers: Callable[[np.ndarray], dict[str, Any]], made: Path, name: str) -> None:
    """Raise ModelRejected unless the converted network `made` answers like the one that was brought, whatever it is
    fed. `answers`: of one face, by the names of the outputs; of a single one, whatever it is called."""
    network = open_network(made)
    shape = [side or SOME_SIDE for side in network.input_shape[1:]]
    noise = np.random.default_rng(0).random((1, *shape), np.float32)
    for low, high in SCALES:
        batch = noise * np.float32(high - low) + np.float32(low)
        said = answers(batch)
        named = said if len(said) > 1 else dict.fromkeys(network.outputs, *said.values())
        for index, output in enumerate(network.outputs):
            expected = real(named[output])
            if not np.isfinite(expected).all():  # Which no conversion answers alike.
                raise ModelRejected("network.not-finite", file=name)
            difference = np.abs(network.run(batch, index) - expected).max()
            if not difference <= LARGEST_DIFFERENCE * max(1.0, np.abs(expected).max()):
                raise ModelRejected("convert.litert-answers-differently", file=name)


def as_litert(network: "keras.Model | Path", folder: Path, name: str) -> Path:
    """A network of Keras, or a SavedModel that is known to be safe, converted. `name`: of what was brought. Raises
    ModelRejected."""
    target = folder / f"{MADE}.tflite"
    try:
        target.write_bytes(litert(network))
    except MemoryError:
        raise
    except Exception as error:
        said = str(error)
        if missing := sorted(set(_OPERATION.findall(said))):
            raise ModelRejected("convert.litert-lacks", file=name, operations=missing[:5]) from error
        raise ModelRejected("convert.fails", file=name) from error
    refuse_memory(target, name)
    return target


def refuse_unsafe(description: Any, name: str) -> None:
    """Raise ModelRejected for a SavedModel (its protobuf) that holds more than a network of TensorFlow 2."""
    graphs = description.meta_graphs
    if len(graphs) != 1 or not graphs[0].HasField("object_graph_def"):
        raise ModelRejected("saved-model.tensorflow-1", file=name)
    (graph,) = graphs
    named = set(graph.signature_def) - {_STARTING}
    if SIGNATURE not in named and len(named) != 1:
        raise ModelRejected("saved-model.no-signature", file=name, signature=SIGNATURE)
    if graph.asset_file_def:
        raise ModelRejected("saved-model.assets", file=name)
    if found := sorted(_forbidden(graph.graph_def)):
        raise ModelRejected("saved-model.unsafe", file=name, operations=found)


def _forbidden(graph: Any) -> set[str]:
    """Operations outside of what is allowed, in a graph and its functions, which are allowed themselves."""
    functions = {function.signature.name: function for function in graph.library.function}
    found = {node.op for node in graph.node} - ALLOWED - set(functions)
    for name, function in functions.items():
        allowed = next((most for start, most in CHECKPOINTING.items() if name.startswith(start)), ALLOWED)
        found |= {node.op for node in function.node_def} - allowed - set(functions)
        found |= {called for called in _called(function) if called.startswith(tuple(CHECKPOINTING))}
    return found


def _called(function: Any) -> Iterator[str]:
    for node in function.node_def:
        yield node.op
        for attribute in node.attr.values():
            yield attribute.func.name
            yield from (each.name for each in attribute.list.func)
