"""VGG variant: the network of Simonyan and Zisserman (ICLR 2015) in the form that FER+'s authors gave it for small gray
faces (VGG13, Barsoum et al., ICMI 2016), at its published size or smaller, for less time at each face.

The comparison's source names a "VGGNet variant" on 224 x 224 faces and no more. Ours reads 48 x 48 gray faces,
normalises batches (Ioffe and Szegedy, ICML 2015), and pools the last maps globally where VGG flattens them.
"""

import keras
from keras import layers

from fers.domain.emotions import LABELS
from training.networks import FEATURES

SIDE = 48
BLOCKS, DENSE_UNITS = ((16, 2), (32, 2), (64, 2), (128, 2)), (256, 256)
"""Filters and convolutions between two poolings."""
PUBLISHED_BLOCKS, PUBLISHED_DENSE_UNITS = ((64, 2), (128, 2), (256, 3), (256, 3)), (1024, 1024)
DROPOUT = 0.3


def build(*, side: int = SIDE, published: bool = False) -> keras.Model:
    """Return the untrained network, at its `published` size or the small one.

    Input: batch x side x side x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    No weight depends on `side`.
    """
    inputs = keras.Input((side, side, 1), name="face")
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    for number, (filters, convolutions) in enumerate(PUBLISHED_BLOCKS if published else BLOCKS):
        if number:
            features = layers.MaxPooling2D(2)(features)
        for _ in range(convolutions):
            features = layers.Conv2D(filters, 3, padding="same", use_bias=False)(features)
            features = layers.ReLU()(layers.BatchNormalization()(features))
    features = layers.GlobalAveragePooling2D(name=FEATURES)(features)
    for units in PUBLISHED_DENSE_UNITS if published else DENSE_UNITS:
        features = layers.Dense(units, activation="relu")(features)
        features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="vgg")
