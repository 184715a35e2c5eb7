"""Drawn faces: the same ones by the same seed, each with its face where it is said to be."""

from random import Random

import numpy as np
import pytest

from fers.demo.drawing import SIDE, draw, somebody
from fers.domain.emotions import Emotion
from fers.domain.groups import MONK_TONES, SkinTone


def drawn(emotion=Emotion.HAPPY, strength=1.0, seed=1):
    random = Random(seed)
    picture, box = draw(somebody(random), emotion, strength, random)
    return np.asarray(picture, dtype=int), box


def test_a_seed_draws_the_same_face_again_and_another_one_another():
    assert (drawn(seed=1)[0] == drawn(seed=1)[0]).all()
    assert (drawn(seed=1)[0] != drawn(seed=2)[0]).any()


@pytest.mark.parametrize("emotion", Emotion, ids=lambda emotion: emotion.label)
def test_every_expression_has_a_face_of_its_own_that_grows_with_its_strength(emotion):
    at_rest, faint, full = (drawn(emotion, strength)[0] for strength in (0.0, 0.5, 1.0))
    changed = [np.abs(one - at_rest).mean() for one in (faint, full)]
    assert changed == [0, 0] if emotion is Emotion.NEUTRAL else 0 < changed[0] < changed[1]
    others = [drawn(other)[0] for other in Emotion if other is not emotion]
    assert all((other != full).any() for other in others)


@pytest.mark.parametrize("seed", range(12))
def test_the_box_is_in_the_picture_and_around_the_skin(seed):
    random = Random(seed)
    person = somebody(random, SkinTone.MEDIUM)
    picture, box = draw(person, Emotion.NEUTRAL, 1.0, random)
    assert person.skin in MONK_TONES[SkinTone.MEDIUM]
    assert box.left + box.width <= SIDE and box.top + box.height <= SIDE
    face = np.asarray(picture, dtype=int)[box.top : box.top + box.height, box.left : box.left + box.width]
    skin = np.array([int(person.skin[i : i + 2], 16) for i in (1, 3, 5)])
    colour = np.median(face.reshape(-1, 3), axis=0)
    assert np.abs(colour / colour.sum() - skin / skin.sum()).max() < 0.02, (
        "whatever the light, its colour is the skin's"
    )
