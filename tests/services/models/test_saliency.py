"""Why a stored face was guessed to show what it was: who may see it, and when there is nothing to see."""

from dataclasses import replace

import pytest

from fers.domain.consent import Purpose
from fers.domain.people import OPERATOR
from fers.errors import NotFound, NotPermitted
from tests.people import EVERYTHING, OneModel, give_face, participant


def test_people_see_what_the_guess_about_their_own_face_rested_on(platform):
    ada = participant(platform, purposes=frozenset({Purpose.STORE}))
    face = give_face(platform, ada)
    explained = platform.saliency.guess(ada, face.id)
    assert explained.prediction == face.prediction
    assert [emotion for emotion, _ in explained.maps] == [emotion for emotion, _ in face.prediction.top(3)]
    assert all(heat.shape == explained.face.shape[:2] for _, heat in explained.maps)
    with pytest.raises(NotPermitted):
        platform.saliency.guess(participant(platform, "bob@example.org"), face.id)


def test_others_see_it_of_faces_that_they_may_look_at(platform):
    shown, hidden = (
        give_face(platform, participant(platform, f"{len(purposes)}@example.org", purposes))
        for purposes in (EVERYTHING, EVERYTHING - {Purpose.REVIEW})
    )
    assert platform.saliency.guess(OPERATOR, shown.id).prediction == shown.prediction
    for face_id in (hidden.id, "none"):
        with pytest.raises(NotFound):
            platform.saliency.guess(OPERATOR, face_id)


def test_a_model_that_changed_since_can_not_say_why(platform, monkeypatch):
    ada = participant(platform)
    face = give_face(platform, ada)
    monkeypatch.setattr(OneModel, "info", replace(OneModel.info, version="2.0.0"))
    with pytest.raises(NotFound, match="has changed since"):
        platform.saliency.guess(ada, face.id)
