"""What a browser sends from the live page may be anything."""

import math

import pytest

from fers.domain.emotions import Emotion
from fers.errors import ImageRejected
from fers.ui.faces.live import read_given

SAD = tuple(0.93 if emotion is Emotion.SAD else 0.01 for emotion in Emotion)
SENT = {"photo": "aGVsbG8=", "model": {"id": "m", "answersId": "a"}, "probabilities": list(SAD)}


def test_a_picture_and_a_guess_are_taken():
    given = read_given(SENT)
    assert (given.photo, given.live.model_id, given.live.fingerprint) == (b"hello", "m", "a")
    assert given.live.probabilities == SAD


@pytest.mark.parametrize(
    "said",
    [
        list(SAD[:7]),
        [*SAD, 0.0],
        [math.nan, *SAD[1:]],
        [math.inf, -math.inf, *SAD[2:]],
        [2.0, -1.0, 0, 0, 0, 0, 0, 0],
        [0.5] * 8,
        [0.0] * 8,
        [str(share) for share in SAD],
        [True, *[False] * 7],
        [10**400, *SAD[1:]],
        "12345678",
        {"0": 1},
        None,
    ],
    ids=str,
)
def test_whatever_is_not_eight_shares_of_one_is_refused(said):
    with pytest.raises(ImageRejected, match="did not arrive complete"):
        read_given(SENT | {"probabilities": said})


@pytest.mark.parametrize(
    "different",
    [
        {"photo": None},
        {"photo": ["a"]},
        {"photo": "not base 64"},
        {"photo": "A" * 30_000_000},
        {"model": None},
        {"model": "m"},
        {"model": {"id": "m"}},
        {"model": {"id": 7, "answersId": "a"}},
    ],
    ids=lambda value: str(value)[:30],
)
def test_whatever_is_not_a_picture_of_a_model_is_refused(different):
    with pytest.raises(ImageRejected, match="did not arrive complete"):
        read_given(SENT | different)
