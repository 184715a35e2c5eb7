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
