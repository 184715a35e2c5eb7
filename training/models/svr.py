"""Histograms of oriented gradients (HOG; Dalal and Triggs, CVPR 2005) and a linear regression of each emotion on them.

The histograms are worked out inside the network, of fixed convolutions and poolings, so that what scikit-learn learns
(`training.svr`) becomes a model like any other: no pickle, which runs code when it is loaded, and any runtime can serve
it. They are those of `skimage.feature.hog` with the constants below and block norm "L2-Hys".
"""

import keras
import numpy as np
from keras import layers, ops

from fers.domain.emotions import LABELS
from training.networks import FEATURES

SIDE = 48
ORIENTATIONS = 9
CELL = 8
"""Side of a cell in pixels."""
BLOCK = 2
"""Side of a block in cells."""
CLIP = 0.2
"""Largest share of one number in the norm of its block."""
LEAST_LENGTH = 1e-5
"""Of a block, as in scikit-image."""


def build() -> keras.Model:
    """Return the network, whose last layer, "emotion", is untrained.

    Input: batch x 48 x 48 x 1, gray in [0, 1]. Output: batch x 8 probabilities in the order of `Emotion`. The layer
    "features" is the histograms, batch x 900.
    """
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    cells = layers.AveragePooling2D(CELL)(_oriented_gradients(inputs))
    blocks = layers.Concatenate()(_shifted(cells))
    blocks = layers.ReLU(max_value=CLIP)(_normalised(blocks))
    features = layers.Flatten(name=FEATURES)(_normalised(blocks))
    outputs = layers.Dense(len(LABELS), activation="softmax", name="emotion")(features)
    return keras.Model(inputs, outputs, name="svr")


def _normalised(blocks):
    """Blocks of length 1, but for flat ones: Keras's own layer becomes an operation of LiteRT that divides zero by zero
    there."""
    return blocks / ops.sqrt(ops.sum(ops.square(blocks), axis=-1, keepdims=True) + LEAST_LENGTH**2)


def _oriented_gradients(faces):
    """The size of the gradient at each pixel, in the channel of its orientation: batch x side x side x 9."""
    gradients = layers.Concatenate()([_difference(faces, (3, 1)), _difference(faces, (1, 3))])
    size = ops.sqrt(ops.sum(ops.square(gradients), axis=-1, keepdims=True))
    # A gradient lies between two borders of orientation when it is on different sides of them; on a border it belongs
    # to the orientation that begins there.
    angles = np.arange(ORIENTATIONS) * np.pi / ORIENTATIONS
    borders = np.stack([np.cos(angles), -np.sin(angles)])
    sides = _fixed(gradients, np.column_stack([borders, -borders[:, :1]])[None, None], name="borders")
    begin, end = sides[..., :-1], sides[..., 1:]
    within = ops.logical_or(ops.less(begin * end, 0.0), ops.equal(begin, 0.0))
    return ops.cast(within, "float32") * size


def _difference(faces, kernel):
    """The difference of each pixel's two neighbours along one axis; 0 at the border, which has but one."""
    rows, columns = (side // 2 for side in kernel)
    difference = _fixed(faces, np.reshape([-1.0, 0.0, 1.0], (*kernel, 1, 1)), name="rows" if rows else "columns")
    return layers.ZeroPadding2D((rows, columns))(difference)


def _fixed(features, kernel, name):
    """A convolution with a kernel that is not learned."""
    *side, _, filters = kernel.shape
    initial = keras.initializers.Constant(kernel.tolist())
    return layers.Conv2D(filters, side, use_bias=False, kernel_initializer=initial, trainable=False, name=name)(
        features
    )


def _shifted(cells) -> list:
    """The cells of every block: one map of blocks for each place that a cell can have in one."""
    last = BLOCK - 1
    return [
        layers.Cropping2D(((row, last - row), (column, last - column)))(cells)
        for row in range(BLOCK)
        for column in range(BLOCK)
    ]
