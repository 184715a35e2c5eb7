"""Batches: what networks are given of a set of faces."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from fers.datasets import load
from tests.training.faces import drawn_face, write_ferplus
from training import pipeline
from training.circumplex import circumplex
from training.recipe import Augmentation, Stage
from training.recipe import load as load_recipe

VOTES = [tuple(10 if column == index % 8 else 0 for column in range(10)) for index in range(12)]
SHAPE = (32, 32, 1)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    return load(f"ferplus:{write_ferplus(tmp_path_factory.mktemp('ferplus') / 'set.zip', VOTES, zipped=True)}")


@pytest.fixture
def quick():
    return replace(load_recipe("fersnet"), stages=(Stage(2),), batch_size=4)


def epoch_of(faces, recipe, epoch=0):
    batches = list(pipeline.training_batches(faces, SHAPE, recipe, epoch))
    return tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))


@pytest.mark.parametrize("shape", [(32, 32, 1), (64, 64, 3)])
def test_batches_are_in_order_unchanged_and_from_zero_to_one(faces, shape):
    sizes, images = [], []
    for batch, targets in pipeline.batches(faces, shape, 5):
        sizes.append(len(batch))
        images.append(batch.numpy())
        assert batch.dtype == targets.dtype == tf.float32
    images = np.concatenate(images)
    assert sizes == [5, 5, 2]
    assert images.shape == (12, *shape)
    np.testing.assert_allclose(images[:, 0, 0, 0] * 255, [20 * index for index in range(12)], atol=0.5)


def test_an_epoch_follows_from_seed_and_epoch_alone(faces, quick):
    first, again, other = epoch_of(faces, quick), epoch_of(faces, quick), epoch_of(faces, quick, epoch=1)
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
    assert (first[0] != other[0]).any()
    np.testing.assert_array_equal(np.sort(first[1], axis=0), np.sort(other[1], axis=0))


def test_images_stay_with_their_targets(faces, quick):
    still = Augmentation((1, 1), *[0] * 8)
    images, targets = epoch_of(faces, replace(quick, augmentation=still))
    # `write_ferplus` draws each face 20 levels brighter than the one before.
    which = np.rint(images.max(axis=(1, 2, 3)) * 255 / 20).astype(int)
    assert sorted(which) == list(range(12))
    assert [int(target.argmax()) for target in targets] == [int(faces.labels[index]) for index in which]


@pytest.mark.parametrize("side", [90, 300, 1200])
def test_what_is_too_fine_for_a_network_is_no_noise_in_what_it_learns_from(tmp_path, quick, side):
    """It is gone where models are measured and served, too."""
    checkers = (np.indices((side, side)).sum(axis=0) % 2 * 255).astype(np.uint8)
    (tmp_path / "happy").mkdir()
    for index in range(4):
        Image.fromarray(checkers).save(tmp_path / "happy" / f"{index}.png")
    still = Augmentation((1, 1), *[0] * 8)
    images, _ = epoch_of(load(f"folder:{tmp_path}"), replace(quick, augmentation=still))
    assert images.std() < 0.05


def test_valence_and_arousal_stand_behind_the_classes(faces, quick):
    derived = circumplex(faces.targets)
    [(_, targets)] = pipeline.batches(faces, SHAPE, 12, valence_arousal=True)
    np.testing.assert_allclose(targets[:, 8:], derived, atol=1e-6)
    told = replace(faces, valence_arousal=np.full((12, 2), np.nan, np.float32))
    _, targets = epoch_of(told, replace(quick, valence_arousal_weight=1))
    assert targets.shape == (12, 10)
    assert np.isnan(targets[:, 8:]).all()


def test_a_broken_image_is_named(tmp_path, quick):
    path = write_ferplus(tmp_path / "set", VOTES)
    faces = load(f"ferplus:{path}")
    (path / "FER2013Train" / "fer0000003.png").write_bytes(drawn_face(10)[:50])
    with pytest.raises(tf.errors.OpError, match=r"fer0000003\.png: This can't be read"):
        epoch_of(faces, quick)
