"""TensorFlow's SavedModels (folders), which are programs: looked through, and converted to LiteRT once."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fers.errors import ModelRejected
from fers.inference.conversion import SIGNATURE, litert
from fers.inference.foreign import MADE, Normal, other_kind
from fers.inference.quiet import tensorflow

if TYPE_CHECKING:
    import keras

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
    if not (source / "saved_model.pb").is_file():
        raise other_kind(source)
    tensorflow()
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        description = SavedModel.FromString((source / "saved_model.pb").read_bytes())
    except Exception as error:  # noqa: BLE001 - protobuf's own kinds
        raise ModelRejected("saved-model.broken", file=source.name) from error
    refuse_unsafe(description, source.name)
    return Normal(as_litert(source, folder, source.name))


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
        missing = sorted({word for word in said.replace(",", " ").split() if word.startswith("tf.")})
        if missing:
            raise ModelRejected("convert.litert-lacks", file=name, operations=missing[:5]) from error
        raise ModelRejected("convert.fails", file=name) from error
    return target


def refuse_unsafe(description: Any, name: str) -> None:
    """Raise ModelRejected for a SavedModel (its protobuf) that holds more than a network of TensorFlow 2."""
    graphs = description.meta_graphs
    if len(graphs) != 1 or not graphs[0].HasField("object_graph_def"):
        raise ModelRejected("saved-model.tensorflow-1", file=name)
    (graph,) = graphs
    if SIGNATURE not in graph.signature_def:
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
