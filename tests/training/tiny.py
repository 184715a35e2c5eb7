"""A network that trains in a moment, for tests of what is the same whatever is trained."""

import sys
from dataclasses import replace

import keras
from keras import layers

from fers.domain.emotions import LABELS
from training import recipe


def build(*, side: int = 16) -> keras.Model:
    """A network with everything that has to be kept alike: weights, and what batch normalisation has seen.

    Input: batch x side x side x 1. No weight depends on `side`, and nothing is dropped out.
    """
    inputs = keras.Input((side, side, 1))
    features = layers.BatchNormalization(momentum=0.5)(layers.Conv2D(8, 3, strides=2)(inputs))
    features = layers.GlobalAveragePooling2D()(layers.ReLU()(features))
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="tiny")


sys.modules["training.models.tiny"] = sys.modules[__name__]  # Where recipes name their networks.
RECIPE = replace(
    recipe.load("vgg"), model="tiny", stages=(recipe.Stage(2),), batch_size=8, warmup_steps=1, averaging=0.0
)
"""Two short epochs, after which an average of the weights would still be those of the beginning."""
