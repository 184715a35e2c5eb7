"""The network is the paper's."""

import keras
import numpy as np
import pytest

from training.models import alexnet


@pytest.fixture(scope="module")
def network():
    return alexnet.build()


def test_flatten_and_parameters_are_the_papers(network):
    flatten = next(layer for layer in network.layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.output.shape == (None, 2048)
    assert network.count_params() == 3_459_176
    assert network.input_shape == (None, 224, 224, 3)
    assert network.output_shape == (None, 8)


def test_kernels_and_filters_are_the_papers(network):
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(layer.kernel_size, layer.filters) for layer in convolutions] == [
        ((9, 9), 16),
        ((7, 7), 32),
        ((5, 5), 64),
        ((3, 3), 128),
        ((3, 3), 128),
    ]
    assert all(layer.padding == "valid" and layer.strides == (1, 1) for layer in convolutions)


def test_relu_after_pooling_gives_what_relu_before_it_gives():
    values = np.random.default_rng(0).normal(size=(1, 8, 8, 2)).astype("float32")
    pool, relu = keras.layers.MaxPooling2D(2), keras.layers.ReLU()
    np.testing.assert_array_equal(pool(relu(values)), relu(pool(values)))
