"""Which parts of a face a Keras network looked at: Grad-CAM (Selvaraju et al., ICCV 2017)."""

from collections.abc import Callable

import numpy as np


def grad_cam(network, output: int) -> Callable[[np.ndarray, list[int]], np.ndarray] | None:
    """What makes maps for `network` and its output number `output`; None where it has no convolution to look at.

    The result takes a batch of one face and columns of the output; it returns len(columns) x rows x columns of the
    last feature map, at least 0 and not scaled.
    """
    import keras
    import tensorflow as tf

    layers = [layer for layer in network.layers if _is_map(layer)]
    if not layers:
        return None
    outputs = tf.nest.flatten(network.outputs)
    looking = keras.Model(network.inputs, [layers[-1].output, outputs[output]])

    def maps(face: np.ndarray, columns: list[int]) -> np.ndarray:
        with tf.GradientTape(persistent=True) as tape:
            features, answer = looking(tf.constant(face), training=False)
            # Of the logarithm: a softmax that is sure of itself has hardly any gradient left.
            scores = [tf.math.log(tf.maximum(answer[:, column], 1e-12)) for column in columns]
        heat = []
        for score in scores:
            weights = tf.reduce_mean(tape.gradient(score, features), axis=(1, 2), keepdims=True)
            heat.append(tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))[0].numpy())
        return np.stack(heat)

    return maps


def _is_map(layer) -> bool:
    """Whether a layer's output still has places in it: height, width and channels."""
    shape = getattr(getattr(layer, "output", None), "shape", ())
    return len(shape) == 4 and all(side is not None and side > 1 for side in shape[1:3])
