"""Faces as models get them."""

import numpy as np

from fers.services.models.prediction import proposed_face
from tests.training.faces import Seeing, photos, pictures_held
from training.crops import predictions


def test_faces_come_in_order_and_their_photos_are_not_held_beyond_their_turn(monkeypatch):
    faces, model = photos(70, (64, 48)), Seeing()
    held = pictures_held(monkeypatch)
    assert len(predictions(model, faces)) == 70
    assert max(held) <= 2
    for index in (0, 63, 64, 69):
        np.testing.assert_array_equal(model.seen[index], proposed_face(faces.image(index), model, None)[0])
