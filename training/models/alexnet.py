"""The AlexNet variant of Siddiqui et al. (2021), "A Robust Framework for Deep Learning Approaches to Facial Emotion
Recognition and Evaluation"."""

import keras

from fers.domain.emotions import LABELS

INPUT_SIDE = 224
BLOCKS = ((9, 16), (7, 32), (5, 64), (3, 128), (3, 128))
"""Kernel side and number of filters of each convolution block."""
DENSE_UNITS = (1024, 1024)


def build() -> keras.Model:
    """Return the untrained network.

    Input: batch x 224 x 224 x 3, RGB in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    Valid padding is what makes the last feature map 4 x 4 x 128, that is 2048 when flattened.
    """
    inputs = keras.Input((INPUT_SIDE, INPUT_SIDE, 3), name="face")
    features = inputs
    for side, filters in BLOCKS:
        features = keras.layers.MaxPooling2D(2)(keras.layers.Conv2D(filters, side)(features))
        # ReLU after the pooling, not before, gives the same numbers (both are monotone) from a quarter of the values.
        features = keras.layers.ReLU()(features)
        features = keras.layers.BatchNormalization()(features)
    features = keras.layers.Flatten()(features)
    for units in DENSE_UNITS:
        features = keras.layers.Dense(units, activation="relu")(features)
    outputs = keras.layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="alexnet")
