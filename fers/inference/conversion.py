"""Networks of Keras and TensorFlow as files for other runtimes, LiteRT (`.tflite`) first of all."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fers.errors import ModelRejected
from fers.inference.model_folder import ModelFolder
from fers.inference.prepare import to_emotions, to_input
from fers.inference.quiet import tensorflow
from fers.inference.runtimes import Network, open_network, pick_output

if TYPE_CHECKING:
    import keras

SIGNATURE = "serving_default"
"""What the function of a SavedModel that answers for faces is called."""
LARGEST_DIFFERENCE = {False: 1e-3, True: 1e-2}
"""Of any probability, for single- and half-precision weights."""
Writer = Callable[["keras.Model"], bytes]


def convert(
    folder: ModelFolder, source: Path, target: Path, writer: Writer, half: bool, faces: Iterable[np.ndarray]
) -> float:
    """Write `source`, the network of `folder`, as `target`, whose content `writer` makes.

    Returns the largest difference of a probability between the two on `faces`, batches of n x 224 x 224 x 3, uint8.
    Raises ModelRejected, and leaves nothing, when that is more than LARGEST_DIFFERENCE.
    """
    tensorflow()
    import keras

    network = keras.saving.load_model(source, compile=False, safe_mode=True)
    if len(network.outputs) > 1:
        network = keras.Model(network.inputs, network.outputs[_chosen(folder, open_network(source), source)])
    part = target.with_stem(f"{target.stem}.part")
    try:
        part.write_bytes(writer(network))
        difference = _largest_difference(folder, source, part, faces)
        if not difference <= LARGEST_DIFFERENCE[half]:
            raise ModelRejected(f"The converted network answers differently, by up to {difference:.3f}.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return difference


def _largest_difference(folder: ModelFolder, one: Path, other: Path, faces: Iterable[np.ndarray]) -> float:
    networks = [(network := open_network(file), _chosen(folder, network, file)) for file in (one, other)]
    largest = 0.0
    for batch in faces:
        inputs = to_input(batch, folder.info.input)
        first, second = (to_emotions(network.run(inputs, output), folder.info.output) for network, output in networks)
        largest = max(largest, float(np.abs(first - second).max()))
    return largest


def _chosen(folder: ModelFolder, network: Network, file: Path) -> int:
    """The output that is read; a converted network has that one alone."""
    return 0 if len(network.outputs) == 1 else pick_output(network.outputs, file.name, folder.info.output.name)


def litert(network: "keras.Model | Path", half: bool = False) -> bytes:
    """`network`, of Keras or the folder of a SavedModel, as a LiteRT file that takes batches of any size, with weights
    of 32 or, if `half`, 16 bits."""
    tf = tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        if not isinstance(network, Path):
            network.export(folder, format="tf_saved_model", verbose=False)
        saved = network if isinstance(network, Path) else folder
        converter = tf.lite.TFLiteConverter.from_saved_model(str(saved), signature_keys=[SIGNATURE])
        # Without TensorFlow's own operations, which would need TensorFlow to serve.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if half:
            converter.target_spec.supported_types = [tf.float16]
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converted: bytes = converter.convert()
        return converted


def for_one_face(content: bytes) -> bytes:
    """A LiteRT file of the same network for batches of exactly one face, the size that its tensors are drawn up for:
    LiteRT.js runs no network whose batch is left open."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(content), 0))
    for tensor in (tensor for graph in model.subgraphs for tensor in graph.tensors):
        tensor.shapeSignature = None  # Where it says which sides are open.
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
