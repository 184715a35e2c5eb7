"""Made-up annotators are as reliable as they are said to be."""

from random import Random

from fers.demo.annotators import ANNOTATORS, Annotator
from fers.domain.emotions import Emotion


def share(annotator, wanted, emotion=Emotion.FEAR, strength=1.0):
    random = Random(1)
    return sum(annotator.perceives(emotion, strength, random) is wanted for _ in range(2000)) / 2000


def test_the_reliable_see_what_was_meant_more_often_and_more_so_when_it_is_clear():
    shares = [share(annotator, Emotion.FEAR) for annotator in ANNOTATORS]
    assert shares == sorted(shares, reverse=True)
    assert share(ANNOTATORS[0], Emotion.FEAR, strength=0.3) < shares[0] - 0.1


def test_mistakes_are_those_that_people_make():
    wrong = Annotator(reliability=0.0, caution=0.0)
    assert share(wrong, Emotion.SURPRISE) > share(wrong, Emotion.DISGUST) > 0
    assert share(wrong, Emotion.NEUTRAL, strength=0.2) > 0.7, "what is faint looks like nothing"
    assert share(Annotator(1.0, caution=0.5), None) > 0.2


def test_what_a_face_feels_like_is_in_range_and_nearer_to_what_it_is_for_the_reliable():
    def off(annotator):
        random = Random(1)
        felt = [annotator.feels(Emotion.HAPPY, 1.0, random) for _ in range(500)]
        assert all(-1 <= value <= 1 for pair in felt for value in pair)
        assert all(sum(values) > 0 for values in zip(*felt, strict=True)), "happy faces look pleasant, and awake"
        return sum(abs(valence - 0.8) for valence, _ in felt)

    assert off(ANNOTATORS[0]) < off(ANNOTATORS[-1])
