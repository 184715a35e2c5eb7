"""Maps of what mattered: they find it, they follow the weights, and they come without gradients too."""

import numpy as np
import pytest
from skimage import data

from fers.domain.emotions import Emotion
from fers.inference.saliency import deletion_and_insertion, rise

SIDE = 64
PART = (slice(8, 24), slice(36, 56))


def looks_at_part(faces):
    """Says "column 0" the more, the brighter one part of the face is."""
    bright = faces[(slice(None), *PART)].mean(axis=(1, 2, 3)) / 255
    return np.column_stack([bright, 1 - bright])


@pytest.fixture
def face():
    face = np.full((SIDE, SIDE, 3), 40, np.uint8)
    face[PART] = 250
    return face


def test_rise_finds_the_part_that_speaks_for_it(face):
    speaks_for, speaks_against = rise(looks_at_part, face, [0, 1])
    assert speaks_for.shape == (SIDE, SIDE)
    assert speaks_for[PART].mean() > 2 * speaks_for.mean()
    assert speaks_against[PART].mean() < speaks_against.mean()


def test_rise_says_nothing_where_nothing_matters(face):
    assert not rise(lambda faces: np.ones((len(faces), 1)), face, [0]).any()


def test_the_same_face_gets_the_same_map(face):
    assert np.array_equal(rise(looks_at_part, face, [0], masks=32), rise(looks_at_part, face, [0], masks=32))


def test_covering_what_mattered_costs_more_than_covering_the_rest(face):
    (heat,) = rise(looks_at_part, face, [0])
    deletion, insertion = deletion_and_insertion(looks_at_part, face, 0, heat)
    worse_deletion, worse_insertion = deletion_and_insertion(looks_at_part, face, 0, 1 - heat)
    assert deletion < worse_deletion
    assert insertion > worse_insertion


def test_grad_cam_follows_the_weights():
    """Adebayo et al. (NeurIPS 2018): a map that stays as it is when weights are drawn anew explains nothing."""
    import keras

    from fers.inference.grad_cam import grad_cam

    def network(seed):
        keras.utils.set_random_seed(seed)
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((48, 48, 3)),
                layers.Conv2D(8, 3, activation="relu"),
                layers.MaxPooling2D(4),
                layers.Flatten(),
                layers.Dense(8, activation="softmax"),
            ]
        )

    face = data.astronaut()[60:180:2, 160:280:2][None, :48, :48].astype(np.float32) / 255
    one, same, other = (grad_cam(network(seed), 0)(face, [Emotion.HAPPY, Emotion.SAD]) for seed in (1, 1, 2))
    assert one.shape == (2, 11, 11)
    assert (one >= 0).all()
    assert one.any()
    assert np.allclose(one, same)
    assert np.corrcoef(one[0].ravel(), other[0].ravel())[0, 1] < 0.9
