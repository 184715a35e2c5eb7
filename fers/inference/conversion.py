"""Networks of Keras and TensorFlow as LiteRT files (`.tflite`), and these for browsers."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fers.inference.quiet import tensorflow

if TYPE_CHECKING:
    import keras

SIGNATURE = "serving_default"
"""What the function of a SavedModel that answers for faces is called, if there are several."""


def answering(saved: Path) -> tuple[Any, Any]:
    """The function of a SavedModel that answers for faces, and what it belongs to, which has to be kept with it."""
    loaded = tensorflow().saved_model.load(str(saved))
    named = dict(loaded.signatures)
    return named[SIGNATURE] if SIGNATURE in named else next(iter(named.values())), loaded


def litert(network: "keras.Model | Path", half: bool = False) -> bytes:
    """`network`, of Keras or the folder of a SavedModel, as a LiteRT file that takes batches of any size, with weights
    of 32 or, if `half`, 16 bits."""
    tf = tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        if not isinstance(network, Path):
            network.export(folder, format="tf_saved_model", verbose=False)
        # By its function, whose variables become constants: of some SavedModels a conversion of the whole folder keeps
        # the variables and leaves out their values.
        function, loaded = answering(network if isinstance(network, Path) else Path(folder))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], loaded)
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
