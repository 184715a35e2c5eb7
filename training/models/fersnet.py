"""FERSNet, a compact residual network (He et al., CVPR 2016) for small gray faces: the default model.

Faces carry their expression at a low resolution: 48 x 48 gray pixels, the size of FER-2013's faces, feed a network that
answers in a few milliseconds on one core. It first standardises each face, so that neither the light nor the contrast
of a photograph changes its answer.
"""

import keras
from keras import layers

from fers.domain.emotions import LABELS

SIDE = 48
STEM = (5, 2)
"""Kernel side and stride of the first convolution."""
STAGES = ((64, 1), (128, 1), (256, 2))
"""Filters and residual blocks of each stage; every stage but the first begins by halving the side."""
DROPOUT = 0.3


def build(*, side: int = SIDE) -> keras.Model:
    """Return the untrained network.

    Input: batch x side x side x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    No weight depends on `side`, so that training can begin on smaller, cheaper faces (progressive resizing).
    """
    inputs = keras.Input((side, side, 1), name="face")
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    features = layers.ReLU()(_convolved(features, STAGES[0][0], *STEM))
    for number, (filters, blocks) in enumerate(STAGES):
        if number:
            features = layers.ReLU()(_convolved(features, filters, 3, 2))
        for _ in range(blocks):
            features = _residual(features, filters)
    features = layers.GlobalAveragePooling2D(name="features")(features)
    features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="fersnet")


def _residual(features, filters):
    change = layers.ReLU()(_convolved(features, filters))
    change = _convolved(change, filters)
    return layers.ReLU()(layers.Add()([features, change]))


def _convolved(features, filters, side=3, stride=1):
    features = layers.Conv2D(filters, side, strides=stride, padding="same", use_bias=False)(features)
    return layers.BatchNormalization()(features)
