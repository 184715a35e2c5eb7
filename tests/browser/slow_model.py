"""A registered model that takes long enough to be stopped in the middle of a run."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fers.domain.emotions import LABELS

CHANNELS, KERNEL, LAYERS = 64, 5, 1
"""About five thousand million multiplications a face."""


def register_slow_model(models: Path, name: str = "slow") -> None:
    """Make its folder in `models`."""
    folder = models / name
    folder.mkdir(parents=True)
    _network(folder / "model.onnx")
    described = {
        "schema": 1,
        "id": name,
        "version": "1.0.0",
        "name": "Slow",
        "weights": "model.onnx",
        "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "input": {"width": 224, "height": 224, "channels": 3, "layout": "NCHW"},
        "output": {"classes": list(LABELS)},
        "crop": {"scale": 1.2},
        "licence": "none",
        "data": "none",
    }
    (folder / "model.json").write_text(json.dumps(described))


def _network(path: Path) -> None:
    """Wide convolutions of small random weights, and their mean."""
    random, weights, nodes, last, channels = np.random.default_rng(0), [], [], "face", 3
    for layer in range(LAYERS + 1):
        kernel = random.normal(0, 0.01, (CHANNELS, channels, KERNEL, KERNEL)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"kernel{layer}"))
        nodes.append(helper.make_node("Conv", [last, f"kernel{layer}"], [f"seen{layer}"], pads=[KERNEL // 2] * 4))
        last, channels = f"seen{layer}", CHANNELS
    weights.append(numpy_helper.from_array(random.normal(0, 1, (CHANNELS, len(LABELS))).astype(np.float32), "dense"))
    nodes += [
        helper.make_node("GlobalAveragePool", [last], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "dense"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["answer"]),
    ]
    face = helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", 3, 224, 224])
    answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", len(LABELS)])
    graph = helper.make_graph(nodes, "slow", [face], [answer], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
