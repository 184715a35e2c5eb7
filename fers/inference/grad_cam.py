"""Which parts of a face a Keras network looked at: Grad-CAM (Selvaraju et al., ICCV 2017)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fers.domain.models import OutputKind

CONVOLUTIONS = {"Conv2D", "DepthwiseConv2dNative"}
"""What TensorFlow calls them."""
Maps = Callable[[np.ndarray, list[int], OutputKind], list[np.ndarray] | None]
"""Takes a batch of one face, columns of the output and what the outputs are. Gives a map for each, rows x columns of
the last feature map, at least 0 and not scaled; None where the network has no convolution to look at."""


def grad_cam(answer: Callable[..., Any]) -> Maps:
    """What makes maps for a network; `answer` takes it from faces to n x outputs, both of them tensors."""
    import tensorflow as tf

    def heat_of(face: Any, column: Any, kind: OutputKind) -> Any:
        outputs = answer(face)
        # The logarithm of the probability: a softmax that is sure of itself has hardly any gradient left.
        logits = outputs if kind == "logits" else tf.math.log(tf.maximum(outputs, 1e-12))
        score = tf.nn.log_softmax(logits)[0, column]
        for places in reversed(_with_places(tf.compat.v1.get_default_graph().get_operations())):
            (slope,) = tf.gradients(score, [places])
            if slope is not None:
                weights = tf.reduce_mean(slope, axis=(1, 2), keepdims=True)
                return tf.nn.relu(tf.reduce_sum(weights * places, axis=-1))[0]
        return None

    # Drawn when somebody first asks why. The graph is flat, whatever models the network is made of.
    heat = tf.function(heat_of, autograph=False)

    def maps(face: np.ndarray, columns: list[int], kind: OutputKind) -> list[np.ndarray] | None:
        found = [heat(tf.constant(face), tf.constant(column), kind) for column in columns]
        return None if None in found else [each.numpy() for each in found]

    return maps


def _with_places(operations: list[Any]) -> list[Any]:
    """What the operations give that still has places in it (1 x height x width x channels; kernels begin otherwise), in
    their order, from the first convolution on."""
    kinds = [operation.type for operation in operations]
    first = next((at for at, kind in enumerate(kinds) if kind in CONVOLUTIONS), len(kinds))
    outputs = [output for operation in operations[first:] for output in operation.outputs]
    return [output for output in outputs if _has_places(output.shape)]


def _has_places(shape: Any) -> bool:
    return shape.rank == 4 and shape[0] in (1, None) and all(side and side > 1 for side in shape[1:3])
