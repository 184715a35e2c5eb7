"""tf.data pipelines: from a `FaceSet` to batches that a network learns from or is measured on."""

import numpy as np
import tensorflow as tf

from fers.datasets import FaceSet
from fers.domain.boxes import Box
from fers.domain.images import crop
from training import circumplex
from training.augment import augment
from training.distribution import WHOLE, Share
from training.recipe import Recipe

LARGEST_SOURCE_SIDE = 320
"""Faces larger than this are reduced on reading: 224-pixel crops need no more, and memory stays bounded."""
_MODES = {1: "L", 3: "RGB"}


def batches(
    faces: FaceSet, shape: tuple[int, int, int], batch_size: int, valence_arousal: bool = False
) -> tf.data.Dataset:
    """Return batches of (images, targets) in order, unchanged but for the size.

    `shape` is (side, side, 1 for gray or 3 for RGB); images are float32 in [0, 1]. Targets are the distributions over
    the classes and, with `valence_arousal`, these two numbers behind them (NaN where unknown).
    """
    targets = _with_dimensions(faces.targets, faces) if valence_arousal else faces.targets

    def face(index):
        image = faces.image(index, _MODES[shape[2]])
        return crop(image, Box(0, 0, *image.size), shape[0]).reshape(shape)

    return _batches(face, targets, np.arange(len(faces)), shape, batch_size)


def training_batches(
    faces: FaceSet, shape: tuple[int, int, int], recipe: Recipe, epoch: int, share: Share = WHOLE
) -> tf.data.Dataset:
    """Return one epoch of shuffled, augmented, full batches of (images, targets), images as in `batches`.

    Targets carry the class weights: a row sums to the weight of its face, which the cross-entropy then multiplies
    into its loss. Valence and arousal follow the classes where the recipe gives them a weight. The order and every
    random change follow from the recipe's seed and the epoch alone, so that a run that was killed resumes with the
    epoch it would have seen. Where several machines train together, these are one's share of every batch, in batches
    for one of its devices.
    """
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(faces))
    order = order[: len(faces) // recipe.batch_size * recipe.batch_size]
    order = order.reshape(-1, recipe.batch_size)[:, share.machine :: share.machines].ravel()
    classes = faces.targets.shape[1]
    targets = faces.targets if recipe.soft_targets else np.eye(classes)[faces.labels]
    targets = targets * class_weights(faces.labels, classes, recipe.class_weight_power)[faces.labels, None]
    if recipe.valence_arousal_weight:
        targets = _with_dimensions(targets, faces)

    # `augment` picks points, so that of a much larger face it would see every sixth pixel, say, and learn from noise.
    most = min(LARGEST_SOURCE_SIDE, 2 * shape[0])

    def face(index):
        image = faces.image(index, _MODES[shape[2]])
        image.thumbnail((most, most))
        random = np.random.default_rng([recipe.seed, epoch, index])
        return augment(np.atleast_3d(image), shape[0], recipe.augmentation, random)

    return _batches(face, targets, order, shape, recipe.batch_size // share.devices)


def class_weights(labels: np.ndarray, classes: int, power: float) -> np.ndarray:
    """Return one weight a class, (mean count / count) ** power, scaled so that the average face weighs 1."""
    counts = np.bincount(labels, minlength=classes).clip(min=1)
    weights = (counts.mean() / counts) ** power
    return weights / weights[labels].mean()


def _with_dimensions(targets: np.ndarray, faces: FaceSet) -> np.ndarray:
    return np.hstack([targets, circumplex.valence_arousal(faces)])


def _batches(face, targets: np.ndarray, order: np.ndarray, shape, batch_size: int) -> tf.data.Dataset:
    def read(indices):
        return np.stack([face(index) for index in indices.tolist()]), targets[indices].astype(np.float32)

    # A whole batch at a call: calling into Python costs about as much as reading a small face does.
    def produce(indices):
        images, chosen = tf.numpy_function(read, [indices], (tf.uint8, tf.float32))
        images, chosen = tf.ensure_shape(images, [None, *shape]), tf.ensure_shape(chosen, [None, targets.shape[1]])
        return tf.cast(images, tf.float32) / 255.0, chosen

    data = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
    options = tf.data.Options()
    options.autotune.enabled = False  # There is nothing to tune, and its thread lets go of an epoch half a minute late.
    return data.map(produce, num_parallel_calls=2).prefetch(2).with_options(options)
