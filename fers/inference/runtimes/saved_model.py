"""TensorFlow's SavedModel (a folder)."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fers.errors import ModelRejected
from fers.inference.runtimes import Network, pick_output

SIGNATURE = "serving_default"
REACHES_OUT = re.compile(
    "PyFunc|File|Save|Restore|Checkpoint|Reader|Record|Dataset|LMDB|Snapshot|Summary|Print|Debug|Rpc|traced"
)
"""In the names of the operations by which a graph reaches out of itself: to Python, files or the network."""
CHECKPOINTING = ("__inference__traced_save", "__inference__traced_restore")
"""Functions that TensorFlow adds to every SavedModel, to read and write the variables."""
CHECKPOINT_OPERATIONS = {"SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename"}


def load(path: Path) -> Network:
    import tensorflow as tf
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    description = SavedModel.FromString((path / "saved_model.pb").read_bytes())
    _refuse_unsafe(description, path.name)
    loaded = tf.saved_model.load(path)
    answer = loaded.signatures[SIGNATURE]
    ((name, source),) = answer.structured_input_signature[1].items()
    names = sorted(answer.structured_outputs)
    chosen = names[pick_output(names, path.name)]

    def run(batch: np.ndarray) -> np.ndarray:
        return answer(**{name: tf.constant(batch)})[chosen].numpy()

    # `loaded` owns the variables that `answer` reads.
    run.keeps = loaded
    return Network(run, tuple(source.shape))


def _refuse_unsafe(description, name: str) -> None:
    found = set().union(*(_operations(meta.graph_def) for meta in description.meta_graphs))
    if unsafe := sorted(filter(REACHES_OUT.search, found)):
        raise ModelRejected(
            f"{name} holds operations that reach out of the network ({', '.join(unsafe)}), so it is not run.",
            "Save the model without them.",
        )


def _operations(graph) -> set[str]:
    """The names of the operations in a graph and its functions; those of checkpointing only where a function that
    computes something calls them."""
    found = {node.op for node in graph.node}
    for function in graph.library.function:
        operations = {node.op for node in function.node_def}
        if function.signature.name.startswith(CHECKPOINTING):
            found |= operations - CHECKPOINT_OPERATIONS
        else:
            found |= operations | {called for called in _called(function) if called.startswith(CHECKPOINTING)}
    return found


def _called(function) -> Iterator[str]:
    for node in function.node_def:
        for attribute in node.attr.values():
            yield attribute.func.name
            yield from (each.name for each in attribute.list.func)
