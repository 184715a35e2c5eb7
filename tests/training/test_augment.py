"""Augmentation follows its recipe and its seed, and keeps a face a face."""

import numpy as np
import pytest

from training.augment import augment
from training.recipe import Augmentation

STILL = Augmentation(zoom=(1.0, 1.0), shift=0, rotation=0, colour=0, contrast=0, brightness=0, gamma=0, noise=0)


@pytest.fixture
def face():
    """Rising from left to right, so that a mirror shows."""
    return np.repeat(np.tile(np.linspace(0, 255, 48), (48, 1)).astype(np.uint8)[..., None], 3, axis=2)


def test_the_same_seed_gives_the_same_face(face):
    first, second = (augment(face, 64, Augmentation(), np.random.default_rng([1, 2])) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = augment(face, 64, Augmentation(), np.random.default_rng([1, 3]))
    assert (first != other).any()


def test_shape_and_type(face):
    changed = augment(face[:40, :30], 224, Augmentation(), np.random.default_rng(0))
    assert changed.shape == (224, 224, 3)
    assert changed.dtype == np.uint8


def test_without_changes_a_face_is_only_resized_and_at_times_mirrored(face):
    seen = {"plain": 0, "mirrored": 0}
    for seed in range(20):
        changed = augment(face, 96, STILL, np.random.default_rng(seed)).astype(int)
        rising = changed[48, 80, 0] > changed[48, 16, 0]
        seen["plain" if rising else "mirrored"] += 1
        row = changed[48, :, 0] if rising else changed[48, ::-1, 0]
        np.testing.assert_allclose(row[8:-8], np.linspace(0, 255, 96)[8:-8], atol=6)
    assert min(seen.values()) > 0


def test_zoom_shows_surroundings_or_cuts_them_off(face):
    bright = np.full_like(face, 255)
    loose = Augmentation(**STILL.__dict__ | {"zoom": (2.0, 2.0)})
    seeds = range(12)
    shares = [(augment(bright, 64, loose, np.random.default_rng(seed)) == 255).mean() for seed in seeds]
    assert any(share == pytest.approx(0.25, abs=0.05) for share in shares), "an even border stands around the face"
    assert any(share == 1 for share in shares), "a mirrored border continues it"


def test_colour_touches_some_faces_and_leaves_others_gray(face):
    coloured = Augmentation(**STILL.__dict__ | {"colour": 0.3})
    gray = [
        bool((np.ptp(augment(face, 32, coloured, np.random.default_rng(seed)).astype(int), axis=2) == 0).all())
        for seed in range(20)
    ]
    assert 0 < sum(gray) < 20
