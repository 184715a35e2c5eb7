"""Faces are looked through as far as their people let others look."""

import pytest

from fers.domain.consent import Purpose
from fers.domain.people import OPERATOR
from fers.errors import NotFound
from tests.people import EVERYTHING, give_face, participant


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def face(platform, ada):
    return give_face(platform, ada)


def test_a_face_is_shown_small(platform, face):
    assert platform.explore.thumbnail(OPERATOR, face.id).shape == (112, 112, 3)


def test_a_face_that_its_person_lets_nobody_look_at_any_more_is_not_shown(platform, ada, face):
    words = platform.consents.text(ada).sha256
    platform.consents.give(ada, words, EVERYTHING - {Purpose.REVIEW}, adult=True)
    assert platform.explore.thumbnail(OPERATOR, face.id) is None


def test_a_face_past_its_retention_date_is_not_shown_though_it_was_not_purged_yet(platform, face, clock):
    clock.advance(days=platform.studies.current().retention_days)
    assert platform.explore.thumbnail(OPERATOR, face.id) is None


def test_a_withdrawn_face_is_not_there(platform, ada, face):
    platform.withdrawal.withdraw_face(ada, face.id)
    with pytest.raises(NotFound):
        platform.explore.thumbnail(OPERATOR, face.id)
