"""Drift is told apart from chance, however few faces a week has."""

from dataclasses import replace

import numpy as np
import pytest

from fers.analysis.drift import MUCH, SMOOTHING, mean_interval, stability, version_sums
from fers.analysis.wilson import wilson
from fers.domain.emotions import Emotion
from fers.domain.faces import Source
from fers.domain.labels import Verdict, only
from fers.domain.versions import Vote
from tests.contracts.samples import an_entry

VERSION = np.array([300, 400, 80, 60, 40, 30, 60, 30])


def test_the_index_is_the_textbook_one():
    """Ten score bands of a scorecard would do as well: (p - q) ln(p / q), summed."""
    week = VERSION[::-1]
    p, q = (week + SMOOTHING) / (week + SMOOTHING).sum(), (VERSION + SMOOTHING) / (VERSION + SMOOTHING).sum()
    found = stability(week[None], VERSION)
    assert found.index == pytest.approx([sum((p - q) * np.log(p / q))])
    assert found.index[0] > MUCH
    assert found.drifted.all()


def test_a_small_week_of_the_same_mix_is_large_by_chance_and_no_drift():
    random = np.random.default_rng(0)
    small = random.multinomial(10, VERSION / VERSION.sum(), size=200)
    found = stability(small, VERSION)
    assert (found.index > MUCH).mean() > 0.2  # The rule of thumb alone would cry out.
    assert found.drifted.mean() < 0.1


def test_a_large_week_shows_a_small_change_without_calling_it_drift():
    week = 100 * VERSION + np.array([2000, -2000, 0, 0, 0, 0, 0, 0])
    found = stability(week[None], 100 * VERSION)
    assert found.index > found.by_chance
    assert not found.drifted.any()


def test_no_week_is_no_error():
    assert stability(np.zeros((0, 8)), VERSION).drifted.shape == (0,)


def test_wilsons_interval():
    """15 of 148, from Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 0.0624 to 0.1605."""
    assert np.round(wilson(15, 148), 4) == pytest.approx([0.1014, 0.0624, 0.1605])
    assert wilson(0, 20)[:2] == (0, 0)
    assert wilson(20, 20)[2] == 1
    assert np.isnan(wilson(0, 0)).all()


def test_a_mean_and_its_interval_from_sums():
    numbers = np.random.default_rng(1).uniform(size=50)
    mean, low, high = mean_interval(numbers.sum(), (numbers**2).sum(), 50)
    error = 1.959964 * numbers.std(ddof=1) / 50**0.5
    assert (mean, low, high) == pytest.approx((numbers.mean(), numbers.mean() - error, numbers.mean() + error))
    assert mean_interval(0.7, 0.49, 1) == (0.7, 0, 1)


def test_what_a_version_comes_to():
    happy, sad = (Vote("a", Verdict.EMOTION, only(emotion)) for emotion in (Emotion.HAPPY, Emotion.SAD))
    guess = tuple(0.93 if emotion is Emotion.HAPPY else 0.01 for emotion in Emotion)
    entries = [
        an_entry("agreed", own_label=Emotion.HAPPY, probabilities=guess, votes=(happy, happy, happy)),
        an_entry("wrong", own_label=Emotion.SAD, probabilities=guess, votes=(happy, sad)),
        an_entry("a set's", own_label=None, probabilities=guess, votes=(happy, replace(happy, of_a_set=True))),
        an_entry("one vote", own_label=None, probabilities=guess, votes=(happy, Vote("b", Verdict.FLAGGED))),
    ]
    sums = version_sums("v", entries)
    assert (sums.faces, sums.labels, sums.agreed) == (4, (0, 1, 1, 0, 0, 0, 0, 0), 1)
    assert (sums.reviewed, sums.united) == (2, 1)
    assert (sums.confidence, sums.squares) == pytest.approx((4 * 0.93, 4 * 0.93**2))


def test_imported_faces_of_a_version_say_as_little_of_the_field_as_those_of_a_week():
    votes = tuple(Vote(name, Verdict.EMOTION, only(Emotion.HAPPY)) for name in "ab")
    given = [an_entry("given", votes=votes)]
    imported = an_entry("imported", source=Source.IMPORT, own_label=None, probabilities=(0.125,) * 8, votes=votes)
    sums, without = version_sums("v", [*given, imported]), version_sums("v", given)
    assert (sums.faces, sums.given) == (2, 1)
    assert replace(sums, faces=1) == without
