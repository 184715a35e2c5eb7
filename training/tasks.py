"""What each output of a network learns. An output whose name begins with "emotion" learns the distribution of the
classes; any other one, in a network with several, learns valence and arousal."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from fers.domain.emotions import LABELS
from fers.inference.runtimes import EMOTION


def objectives(network: keras.Model, valence_arousal_weight: float) -> dict:
    """The arguments of `compile` that say what the outputs of `network` are judged by."""
    emotions, dimensions = _outputs(network)
    return {
        "loss": dict.fromkeys(emotions, "categorical_crossentropy") | dict.fromkeys(dimensions, known_squared_error),
        "loss_weights": dict.fromkeys(emotions, 1.0) | dict.fromkeys(dimensions, valence_arousal_weight),
        "metrics": {
            EMOTION: [
                keras.metrics.CategoricalAccuracy(name="top1"),
                keras.metrics.TopKCategoricalAccuracy(3, name="top3"),
            ]
        },
    }


def by_output(batches: tf.data.Dataset, network: keras.Model) -> tf.data.Dataset:
    """Hand every output of `network` its columns of the targets: the classes or, behind them, valence and arousal.
    Where these are not there, as in a recipe that gives them no weight, all are unknown."""
    emotions, dimensions = _outputs(network)
    if not dimensions:
        return batches

    def handed_out(images, targets):
        classes, point = targets[:, : len(LABELS)], targets[:, len(LABELS) :]
        if not point.shape[1]:
            point = tf.fill([tf.shape(targets)[0], 1], np.nan)
        return images, dict.fromkeys(emotions, classes) | dict.fromkeys(dimensions, point)

    return batches.map(handed_out)


@keras.saving.register_keras_serializable("fers")
def known_squared_error(true, told):
    """The mean squared error of batch x 2 valence and arousal, to which unknown ones (NaN) add nothing."""
    true = ops.cast(true, told.dtype)
    return ops.mean(ops.square(ops.where(ops.isnan(true), told, true) - told), axis=-1)


def _outputs(network: keras.Model) -> tuple[list[str], list[str]]:
    emotions = [name for name in network.output_names if name.startswith(EMOTION)]
    return emotions, [name for name in network.output_names if name not in emotions]
