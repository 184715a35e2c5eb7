"""Parts of trained networks."""

import keras

from fers.inference.runtimes import EMOTION

FEATURES = "features"
"""What the layer is called whose numbers an answer is made of: networks are cut behind it, and joined there."""


def emotion_network(network: keras.Model) -> keras.Model:
    """The part of a network that tells the emotion, without what serves other tasks."""
    if len(network.outputs) == 1:
        return network
    return keras.Model(network.input, network.get_layer(EMOTION).output, name=network.name)
