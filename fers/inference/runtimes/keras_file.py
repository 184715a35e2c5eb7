"""Keras on TensorFlow (`.keras`)."""

from pathlib import Path

import numpy as np

from fers.inference.grad_cam import grad_cam
from fers.inference.runtimes import Network, pick_output


def load(path: Path) -> Network:
    import keras
    import tensorflow as tf

    # safe_mode refuses files that would run code of their own when loaded.
    network = keras.saving.load_model(path, compile=False, safe_mode=True)
    # A Sequential has one output, without a name of its own.
    names = getattr(network, "output_names", [output.name for output in network.outputs])
    chosen = pick_output(list(names), path.name)

    def answer(batch):
        return tf.nest.flatten(network(batch, training=False))[chosen]

    # Without a gradient to keep, and traced once for all batch sizes, this is several times faster than `predict`.
    quick = tf.function(answer, input_signature=[tf.TensorSpec(network.input_shape, tf.float32)])

    def run(batch: np.ndarray) -> np.ndarray:
        return quick(batch).numpy()

    return Network(run, tuple(network.input_shape), network.count_params(), grad_cam(answer))
