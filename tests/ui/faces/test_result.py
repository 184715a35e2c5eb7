import pytest

from fers.wording import percent


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.97, "97%"), (0.0, "<1%"), (0.004, "<1%"), (0.006, "1%"), (0.994, "99%"), (0.9951, ">99%"), (1.0, ">99%")],
)
def test_confidence_in_words_is_never_a_certainty(confidence, words):
    assert percent(confidence) == words
