"""Networks of Keras and TensorFlow as LiteRT files (`.tflite`), and these for browsers."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fers.inference.quiet import tensorflow

if TYPE_CHECKING:
    import keras

SIGNATURE = "serving_default"
"""What the function of a SavedModel that answers for faces is called, if there are several."""


class Precision(StrEnum):
    """How the weights of a LiteRT file are kept."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    INT8 = "int8"
    """Kernels as whole numbers with a scale for each filter. What comes in to a convolution or dense layer is rounded
    while it runs, by the range that it has then (dynamic range quantisation): nothing has to be calibrated, and a
    processor multiplies several times as many numbers at once. Inputs, outputs and all between layers are float32."""


def answering(saved: Path) -> tuple[Any, Any]:
    """The function of a SavedModel that answers for faces, and what it belongs to, which has to be kept with it."""
    loaded = tensorflow().saved_model.load(str(saved))
    named = dict(loaded.signatures)
    return named[SIGNATURE] if SIGNATURE in named else next(iter(named.values())), loaded


def litert(network: "keras.Model | Path", weights: Precision = Precision.FLOAT32) -> bytes:
    """`network`, of Keras or the folder of a SavedModel, as a LiteRT file that takes batches of any size."""
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
        if weights is not Precision.FLOAT32:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if weights is Precision.FLOAT16:
            converter.target_spec.supported_types = [tf.float16]
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
