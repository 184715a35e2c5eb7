"""Tiny networks, made by hand."""

from types import SimpleNamespace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fers.domain.emotions import LABELS
from fers.domain.models import InputSpec
from fers.inference.faces import BlazeFaceDetector
from fers.inference.known_faces import public_pictures, views
from fers.inference.prepare import to_input
from fers.services.models.prediction import proposed_face

SIDE = 32
DESCRIBED = {
    "--classes": ",".join(LABELS),
    "--range": "0,1",
    "--crop-scale": "1.2",
    "--licence": "Apache-2.0",
    "--data": "Two portraits",
}
"""What a file of `knowing_the_portraits` doesn't tell, by the options of `fers models add`."""


def onnx_file(path, dense_weights, batch="n", first="Identity", last="Softmax", **of_last):
    kernel, bias = dense_weights
    nodes = [
        helper.make_node(first, ["face"], ["felt"]),
        helper.make_node("Flatten", ["felt"], ["flat"]),
        helper.make_node("Gemm", ["flat", "kernel", "bias"], ["logits"]),
        helper.make_node(last, ["logits"], ["answer"], **of_last),
    ]
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, [batch, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [batch, bias.size])],
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(bias, "bias")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def dense_knowing(inputs, labels, classes=8):
    """(kernel, bias) of a dense layer whose softmax names each of `inputs` (n x ...) by its label."""
    flat = inputs.reshape(len(inputs), -1).astype(np.float64)
    mean = flat.mean(axis=0)
    centred = flat - mean
    wanted = 8 * (np.eye(classes)[labels] - 1 / classes)
    # Ridge regression, solved among the few inputs rather than among their many values.
    kernel = centred.T @ np.linalg.solve(centred @ centred.T + 0.1 * np.eye(len(flat)), wanted)
    bias = wanted.mean(axis=0) - mean @ kernel
    return kernel.astype(np.float32), bias.astype(np.float32)


def knowing_the_portraits():
    """(kernel, bias) for the cosine of what is fed: a network that knows the public portraits, fed RGB in [0, 1] with a
    crop scale of 1.2. The cosine makes it care about the range as much as a deep network does."""
    likes = SimpleNamespace(info=SimpleNamespace(crop_scale=1.2))
    detector = BlazeFaceDetector()
    pictures = public_pictures()
    faces = np.concatenate([views(proposed_face(picture, likes, detector)[0]) for picture, _ in pictures])
    labels = np.repeat([emotion for _, emotion in pictures], 6)
    return dense_knowing(np.cos(to_input(faces, InputSpec(SIDE, SIDE, 3))), labels)


def keras_network(dense_weights):
    """The same as `onnx_file` writes with first="Cos"."""
    import keras

    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(keras.ops.cos(inputs))
    network = keras.Model(inputs, keras.layers.Dense(8, activation="softmax")(flat))
    network.layers[-1].set_weights(dense_weights)
    return network
