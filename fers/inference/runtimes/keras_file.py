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
    chosen = pick_output(list(network.output_names), path.name)
    single = len(network.outputs) == 1
    signature = tf.TensorSpec(network.input_shape, tf.float32)

    # Without a gradient to keep, and traced once for all batch sizes, this is several times faster than `predict`.
    @tf.function(input_signature=[signature])
    def answer(batch):
        outputs = network(batch, training=False)
        return outputs if single else tf.nest.flatten(outputs)[chosen]

    def run(batch: np.ndarray) -> np.ndarray:
        return answer(batch).numpy()

    return Network(run, tuple(network.input_shape), network.count_params(), grad_cam(network, chosen))
