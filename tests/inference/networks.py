"""Tiny networks, made by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 32


def onnx_file(path, dense_weights, batch="n", first="Identity", last="Softmax"):
    kernel, bias = dense_weights
    nodes = [
        helper.make_node(first, ["face"], ["felt"]),
        helper.make_node("Flatten", ["felt"], ["flat"]),
        helper.make_node("Gemm", ["flat", "kernel", "bias"], ["logits"]),
        helper.make_node(last, ["logits"], ["answer"]),
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
