"""FERSNet, a compact residual network (He et al., CVPR 2016) for small gray faces.

Faces carry their expression at a low resolution: 48 x 48 gray pixels, the size of FER-2013's faces, feed a network that
answers in a few milliseconds on one core. It first standardises each face, so that neither the light nor the contrast
of a photograph changes its answer. Several that were trained apart can answer as one (`python -m training.ensemble`).
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from fers.domain.emotions import LABELS
from fers.inference.runtimes import EMOTION
from training.networks import FEATURES

SIDE = 48
STEM = (5, 2)
"""Kernel side and stride of the first convolution."""
STAGES = ((64, 1), (128, 1), (256, 2))
"""Filters and residual blocks of each stage; every stage but the first begins by halving the side."""
DROPOUT = 0.3


def build(*, side: int = SIDE, members: int = 1) -> keras.Model:
    """Return the untrained network, or several side by side, whose features one last layer reads.

    Input: batch x side x side x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`.
    No weight depends on `side`, so that training can begin on smaller, cheaper faces (progressive resizing).
    """
    inputs = keras.Input((side, side, 1), name="face")
    standardised = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    if members == 1:
        features = layers.GlobalAveragePooling2D(name=FEATURES)(_maps(standardised))
    else:
        pooled = [layers.GlobalAveragePooling2D()(_maps(standardised)) for _ in range(members)]
        features = layers.Concatenate(name=FEATURES)(pooled)
    features = layers.Dropout(DROPOUT)(features)
    outputs = layers.Dense(len(LABELS), activation="softmax", name=EMOTION)(features)
    return keras.Model(inputs, outputs, name="fersnet")


def joined(networks: Sequence[keras.Model]) -> keras.Model:
    """Return one network that answers with the geometric mean, made to sum to one, of what `networks` of this
    architecture say: a deep ensemble (Lakshminarayanan, Pritzel and Blundell, NeurIPS 2017). The softmax of the mean
    of their logits is that mean. Raises ValueError for a network of another architecture."""
    whole = build(members=len(networks))
    kernels, biases = [], []
    for features, network in zip(whole.get_layer(FEATURES).input, networks, strict=True):
        try:
            body = keras.Model(network.input, network.get_layer(FEATURES).output)
            keras.Model(whole.input, features).set_weights(body.get_weights())
            kernel, bias = network.get_layer(EMOTION).get_weights()
        except ValueError as error:
            raise ValueError(f"a member must be a single FERSNet, and {network.name} is none") from error
        kernels.append(kernel)
        biases.append(bias)
    whole.get_layer(EMOTION).set_weights([np.concatenate(kernels) / len(networks), np.mean(biases, axis=0)])
    return whole


def _maps(features):
    features = layers.ReLU()(_convolved(features, STAGES[0][0], *STEM))
    for number, (filters, blocks) in enumerate(STAGES):
        if number:
            features = layers.ReLU()(_convolved(features, filters, 3, 2))
        for _ in range(blocks):
            features = _residual(features, filters)
    return features


def _residual(features, filters):
    change = layers.ReLU()(_convolved(features, filters))
    change = _convolved(change, filters)
    return layers.ReLU()(layers.Add()([features, change]))


def _convolved(features, filters, side=3, stride=1):
    features = layers.Conv2D(filters, side, strides=stride, padding="same", use_bias=False)(features)
    return layers.BatchNormalization()(features)
