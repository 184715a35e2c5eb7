"""AffectNet's CNN baseline (Mollahosseini et al. 2017): AlexNet (Krizhevsky et al., NIPS 2012), at its published
width or a third of it, for small gray faces.

Theirs reads 256 x 256 faces in colour. Ours reads 48 x 48 gray ones, so that the first convolution is 5 x 5 with
stride 2 instead of 11 x 11 with stride 4; the poolings, the other kernels and the dropout are AlexNet's. Left out:
local response normalisation, which gains nothing (Simonyan and Zisserman 2015), and the split in two groups, made for
two small graphics cards.
"""

import keras
from keras import layers

from fers.domain.emotions import LABELS
from training.networks import FEATURES

SIDE = 48
CONVOLUTIONS = ((5, 32, 2), (5, 96, 1), (3, 128, 1), (3, 128, 1), (3, 96, 1))
"""Kernel side, filters and stride."""
PUBLISHED_CONVOLUTIONS = ((5, 96, 2), (5, 256, 1), (3, 384, 1), (3, 384, 1), (3, 256, 1))
POOLED = (0, 1, 4)
"""Convolutions that an overlapping pooling follows."""
DENSE_UNITS, PUBLISHED_DENSE_UNITS = (512, 512), (4096, 4096)
DROPOUT = 0.5


def build(*, published: bool = False) -> keras.Model:
    """Return the untrained network, at its `published` width or a third of it.

    Input: batch x 48 x 48 x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    """
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    for number, (side, filters, stride) in enumerate(PUBLISHED_CONVOLUTIONS if published else CONVOLUTIONS):
        features = layers.Conv2D(
            filters, side, strides=stride, padding="same", activation="relu", kernel_initializer="he_normal"
        )(features)
        if number in POOLED:
            features = layers.MaxPooling2D(3, strides=2, padding="same")(features)
    features = layers.Flatten(name=FEATURES)(features)
    for units in PUBLISHED_DENSE_UNITS if published else DENSE_UNITS:
        features = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(features)
        features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="affectnet_cnn")
