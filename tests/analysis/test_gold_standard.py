"""Right answers on known faces are counted, flags and what was said before are not."""

from datetime import timedelta

import pytest
from statsmodels.stats.proportion import proportion_confint

from fers.analysis.gold_standard import accuracy_on_gold_standard
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict
from fers.domain.review import GoldStandard
from tests.contracts.samples import NOON, a_label, an_id

KNOWN = {
    an_id("first"): GoldStandard(Emotion.SAD, NOON),
    an_id("second"): GoldStandard(Emotion.FEAR, NOON),
    an_id("third"): GoldStandard(Emotion.SAD, NOON),
}


def test_accuracy_is_the_share_of_right_labels():
    mixed = (0, 0, 0.75, 0, 0.25, 0, 0, 0)
    labels = [
        a_label("first", "ann"),
        a_label("third", "ann", distribution=mixed),
        a_label("second", "ann", verdict=Verdict.UNKNOWN, distribution=()),
        a_label("second", "bea"),
        a_label("first", "bea", verdict=Verdict.FLAGGED, distribution=(), reason="dark"),
        a_label("third", "bea", given_at=NOON - timedelta(seconds=1)),
        a_label("elsewhere", "eve"),
    ]
    accuracy = accuracy_on_gold_standard(labels, KNOWN)
    assert {name: estimate.value for name, estimate in accuracy.items()} == {
        an_id("ann"): pytest.approx(2 / 3),
        an_id("bea"): 0.0,
    }
    ann = accuracy[an_id("ann")]
    assert (ann.labels, ann.faces) == (3, 3)
    assert 0 <= ann.low < ann.value < ann.high <= 1


def test_being_always_right_on_a_few_faces_is_no_certainty():
    labels = [a_label("first", "ann"), a_label("third", "ann")]
    [found] = accuracy_on_gold_standard(labels, KNOWN).values()
    assert (found.value, found.low, found.high) == pytest.approx((1, *proportion_confint(2, 2, method="wilson")))
