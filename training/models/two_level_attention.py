"""Two-level attention with two-stage multi-task learning (Wang et al. 2018, arXiv:1811.12139): 2Att-CNN, 2Att-Mt and
2Att-2Mt, as the comparison's source calls the forms with one task, two tasks, and two tasks in two stages.

What is published and kept here: a first attention enhances the features of positions; a bidirectional recurrent network
with self-attention, the second, relates and weighs those of layers; two tasks, emotion classes and valence with
arousal, are learned together, and a second stage lets what was learned for one improve the other (theirs: the classes
the dimensions). What we chose: a plain network of eight convolutions for 48 x 48 gray faces instead of 224 x 224 ones;
enhancement by (1 + mask), as in residual attention networks (Wang et al., CVPR 2017), with a 3 x 3 convolution for the
mask; GRUs; additive self-attention with one head (Lin et al., ICLR 2017); and, since ours are compared by their
classes, a second stage that works in both directions.
"""

from typing import Literal

import keras
from keras import layers

from fers.domain.emotions import LABELS
from training.networks import FEATURES

SIDE = 48
STAGES = (32, 64, 128, 128)
"""Filters of each pair of convolutions, the first of which halves the side."""
LAYER_FEATURES = 128
"""Numbers that describe one stage to the recurrent network."""
TASK_FEATURES = 64
DROPOUT = 0.3


def build(*, side: int = SIDE, tasks: Literal["one", "joint", "two-stage"] = "one") -> keras.Model:
    """Return the untrained network.

    Input: batch x side x side x 1, gray in [0, 1]. Output with one task: batch x 8 probabilities in the order of
    `Emotion`. With more: a dict of that as `emotion` and batch x 2 valence and arousal in [-1, 1] as
    `valence_arousal`; with two stages also what the first one says, `emotion_first` and `valence_arousal_first`.
    No weight depends on `side`.
    """
    inputs = keras.Input((side, side, 1), name="face")
    features = layers.Dropout(DROPOUT)(_over_layers(_over_positions(inputs)))
    if tasks == "two-stage":
        outputs = _two_stages(features)
    elif tasks == "joint":
        outputs = {"emotion": _emotion(features), "valence_arousal": _valence_arousal(features)}
    else:
        outputs = _emotion(features)
    return keras.Model(inputs, outputs, name="two_level_attention")


def _over_positions(inputs) -> list:
    """The first level: enhance what matters at each stage of the network. Returns one vector a stage."""
    features = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4)(inputs)
    described = []
    for number, filters in enumerate(STAGES):
        features = _convolved(features, filters, side=3 if number else 5, stride=2)
        features = _convolved(features, filters)
        mask = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(features)
        features = layers.Add()([features, layers.Multiply()([features, mask])])
        pooled = layers.GlobalAveragePooling2D()(features)
        described.append(layers.Dense(LAYER_FEATURES, activation="relu")(pooled))
    return described


def _over_layers(described: list):
    """The second level: relate the stages to one another and weigh them. Returns one vector."""
    sequence = layers.Concatenate(axis=1)([layers.Reshape((1, LAYER_FEATURES))(vector) for vector in described])
    # Unrolled over its four steps it is plain arithmetic, which every runtime can serve.
    related = layers.Bidirectional(layers.GRU(LAYER_FEATURES // 2, return_sequences=True, unroll=True))(sequence)
    scores = layers.Dense(1, use_bias=False)(layers.Dense(LAYER_FEATURES // 2, activation="tanh")(related))
    weights = layers.Softmax(axis=1)(scores)
    return layers.Reshape((LAYER_FEATURES,), name=FEATURES)(layers.Dot(axes=1)([weights, related]))


def _two_stages(features) -> dict:
    """First, each task has its own features and answer; then it answers again, knowing the features of the other."""
    of_classes = layers.Dense(TASK_FEATURES, activation="relu")(features)
    of_dimensions = layers.Dense(TASK_FEATURES, activation="relu")(features)
    both = layers.Concatenate()([features, of_classes, of_dimensions])
    return {
        "emotion_first": _emotion(of_classes, "emotion_first"),
        "valence_arousal_first": _valence_arousal(of_dimensions, "valence_arousal_first"),
        "emotion": _emotion(both),
        "valence_arousal": _valence_arousal(both),
    }


def _emotion(features, name="emotion"):
    return layers.Dense(len(LABELS), activation="softmax", name=name)(features)


def _valence_arousal(features, name="valence_arousal"):
    return layers.Dense(2, activation="tanh", name=name)(features)


def _convolved(features, filters, side=3, stride=1):
    features = layers.Conv2D(filters, side, strides=stride, padding="same", use_bias=False)(features)
    return layers.ReLU()(layers.BatchNormalization()(features))
