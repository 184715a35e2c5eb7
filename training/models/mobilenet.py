"""MobileNet variant: MobileNetV1 (Howard et al. 2017) for small gray faces, at its published width or half of it.

All its 13 pairs of a depthwise and a pointwise convolution are there. The comparison's source names a "MobileNet
variant" on 224 x 224 faces and no more; ours reads 48 x 48 gray faces and leaves out one of the five halvings of their
side, so that the last maps are still 3 x 3.
"""

import keras
from keras import layers

from fers.domain.emotions import LABELS
from training.networks import FEATURES

SIDE = 48
STEM = 32
PAIRS = ((64, 1), (128, 2), (128, 1), (256, 1), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Filters of each pointwise convolution and stride of the depthwise one before it, as published."""
DROPOUT = 0.3


def build(*, side: int = SIDE, published: bool = False) -> keras.Model:
    """Return the untrained network, at its `published` width or half of it.

    Input: batch x side x side x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    No weight depends on `side`.
    """
    inputs = keras.Input((side, side, 1), name="face")
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    share = 1 if published else 2
    features = _activated(layers.Conv2D(STEM // share, 3, strides=2, padding="same", use_bias=False)(features))
    for filters, stride in PAIRS:
        features = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(features)
        features = layers.Conv2D(filters // share, 1, use_bias=False)(_activated(features))
        features = _activated(features)
    features = layers.GlobalAveragePooling2D(name=FEATURES)(features)
    features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="mobilenet")


def _activated(features):
    return layers.ReLU()(layers.BatchNormalization()(features))
