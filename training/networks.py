"""Parts of trained networks."""

import keras

from fers.inference.runtimes import EMOTION


def emotion_network(network: keras.Model) -> keras.Model:
    """The part of a network that tells the emotion, without what serves other tasks."""
    if len(network.outputs) == 1:
        return network
    return keras.Model(network.input, network.get_layer(EMOTION).output, name=network.name)
