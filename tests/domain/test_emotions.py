"""The eight classes are AffectNet's, and words of other datasets are understood."""

import pytest

from fers.domain.emotions import LABELS, Emotion


def test_order_and_ids_are_affectnets():
    assert LABELS == ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
    assert [int(emotion) for emotion in Emotion] == list(range(8))


@pytest.mark.parametrize("emotion", Emotion)
def test_every_class_is_found_by_its_own_word(emotion):
    assert Emotion.from_label(emotion.label) is emotion


@pytest.mark.parametrize(
    ("word", "emotion"),
    [("happiness", Emotion.HAPPY), ("Sadness", Emotion.SAD), (" angry ", Emotion.ANGER), ("fearful", Emotion.FEAR)],
)
def test_other_datasets_words(word, emotion):
    assert Emotion.from_label(word) is emotion


def test_an_unknown_word_names_the_known_ones():
    with pytest.raises(ValueError, match="boredom.*neutral, happy"):
        Emotion.from_label("boredom")
