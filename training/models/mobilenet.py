"""MobileNet variant: MobileNetV1 (Howard et al. 2017) at half of its width, for small gray faces.

All its 13 pairs of a depthwise and a pointwise convolution are there. The comparison's source names a "MobileNet
variant" on 224 x 224 faces and no more; ours reads 48 x 48 gray faces and leaves out one of the five halvings of their
side, so that the last maps are still 3 x 3.
"""

import keras
from keras import layers

from fers.domain.emotions import LABELS

SIDE = 48
STEM = 16
PAIRS = ((32, 1), (64, 2), (64, 1), (128, 1), (128, 1), (256, 2), *((256, 1),) * 5, (512, 2), (512, 1))
"""Filters of each pointwise convolution and stride of the depthwise one before it."""
DROPOUT = 0.3


def build(*, side: int = SIDE) -> keras.Model:
    """Return the untrained network.

    Input: batch x side x side x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    No weight depends on `side`.
    """
    inputs = keras.Input((side, side, 1), name="face")
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    features = _activated(layers.Conv2D(STEM, 3, strides=2, padding="same", use_bias=False)(features))
    for filters, stride in PAIRS:
        features = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(features)
        features = layers.Conv2D(filters, 1, use_bias=False)(_activated(features))
        features = _activated(features)
    features = layers.GlobalAveragePooling2D(name="features")(features)
    features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="mobilenet")


def _activated(features):
    return layers.ReLU()(layers.BatchNormalization()(features))
