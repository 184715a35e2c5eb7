"""tf.data pipelines: from a `FaceSet` to batches that a network learns from or is measured on."""

import numpy as np
import tensorflow as tf

from fers.domain.boxes import Box
from fers.domain.images import crop
from training.augment import augment
from training.data import FaceSet, decode
from training.recipe import Recipe

LARGEST_SOURCE_SIDE = 320
"""Faces larger than this are reduced on reading: 224-pixel crops need no more, and memory stays bounded."""


def batches(faces: FaceSet, side: int, batch_size: int) -> tf.data.Dataset:
    """Return batches of (images, targets) in order, unchanged but for the size: n x side x side x 3 in [0, 1]."""

    def example(index):
        pixels = decode(faces.read(index))
        return crop(pixels, Box(0, 0, *pixels.size), side), faces.targets[index]

    return _batches(example, np.arange(len(faces)), side, faces.targets.shape[1], batch_size)


def training_batches(faces: FaceSet, side: int, recipe: Recipe, epoch: int) -> tf.data.Dataset:
    """Return one epoch of shuffled, augmented, full batches of (images, targets).

    Targets carry the class weights: a row sums to the weight of its face, which the cross-entropy then multiplies
    into its loss. The order and every random change follow from the recipe's seed and the epoch alone, so that a run
    that was killed resumes with the epoch it would have seen.
    """
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(faces))
    seen = len(order) if epoch < recipe.strided_epochs else min(len(order), recipe.full_epoch_faces)
    order = order[: seen // recipe.batch_size * recipe.batch_size]
    classes = faces.targets.shape[1]
    targets = faces.targets if recipe.soft_targets else np.eye(classes)[faces.labels]
    targets = targets * class_weights(faces.labels, classes, recipe.class_weight_power)[faces.labels, None]

    def example(index):
        random = np.random.default_rng([recipe.seed, epoch, index])
        return augment(_training_face(faces.read(index)), side, recipe.augmentation, random), targets[index]

    return _batches(example, order, side, classes, recipe.batch_size)


def class_weights(labels: np.ndarray, classes: int, power: float) -> np.ndarray:
    """Return one weight a class, (mean count / count) ** power, scaled so that the average face weighs 1."""
    counts = np.bincount(labels, minlength=classes).clip(min=1)
    weights = (counts.mean() / counts) ** power
    return weights / weights[labels].mean()


def _training_face(data: bytes) -> np.ndarray:
    image = decode(data)
    image.thumbnail((LARGEST_SOURCE_SIDE, LARGEST_SOURCE_SIDE))
    return np.asarray(image)


def _batches(example, order, side, classes, batch_size) -> tf.data.Dataset:
    def read(index):
        image, target = example(int(index))
        return image, target.astype(np.float32)

    def produce(index):
        image, target = tf.numpy_function(read, [index], (tf.uint8, tf.float32))
        return tf.ensure_shape(image, [side, side, 3]), tf.ensure_shape(target, [classes])

    data = tf.data.Dataset.from_tensor_slices(order).map(produce, num_parallel_calls=2)
    data = data.batch(batch_size).map(lambda images, targets: (tf.cast(images, tf.float32) / 255.0, targets))
    return data.prefetch(2)
