"""Intervals and tests, against values known from elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from fers.analysis.significance import bootstrap_interval, mcnemar


def test_the_interval_of_a_share_is_about_the_binomial_one():
    right = np.random.default_rng(1).random(2000) < 0.8
    low, high = bootstrap_interval(lambda sample: right[sample].mean(), len(right))
    exact = binomtest(int(right.sum()), len(right)).proportion_ci()
    assert (low, high) == pytest.approx((exact.low, exact.high), abs=0.004)


def test_what_is_measured_keeps_its_shape():
    values = np.arange(12.0).reshape(6, 2)
    low, high = bootstrap_interval(lambda sample: values[sample].mean(axis=0), 6, resamples=50)
    assert low.shape == high.shape == (2,) and (low < high).all()


def test_a_figure_that_chance_makes_larger_lies_in_its_interval():
    """As the distance of a mean from the truth, which is 0 here, and so no interval of it is above what was seen."""
    values = np.random.default_rng(3).normal(size=400)
    values -= values.mean() - 0.001

    def distances(sample):
        return np.array([abs(values[sample].mean()), values[sample].mean()])

    plain, moved = bootstrap_interval(distances, 400), bootstrap_interval(distances, 400, inflated=[0])
    assert plain[0][0] > 0.001, "all draws are further off"
    assert 0 <= moved[0][0] <= 0.001 < moved[1][0]
    assert (plain[0][1], plain[1][1]) == (moved[0][1], moved[1][1]), "others are left as they are"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_drawing_people_who_gave_one_face_each_is_drawing_faces(shares, random):
    shares, names = np.array(shares), list(map(str, range(len(shares))))
    random.shuffle(names)
    plain = bootstrap_interval(lambda sample: shares[sample].mean(), len(shares), 50)
    assert bootstrap_interval(lambda sample: shares[sample].mean(), len(shares), 50, np.array(names)) == plain


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_people_are_drawn_with_all_of_their_faces(people):
    people, drawn = np.array(people), []
    bootstrap_interval(
        lambda sample: drawn.append(np.bincount(sample, minlength=len(people))) or 0.0, len(people), 30, people
    )
    for times in drawn:
        of_people = [set(times[people == person]) for person in np.unique(people)]
        assert all(len(same) == 1 for same in of_people), "all the faces of a person come equally often"
        assert sum(map(sum, of_people)) == len(of_people), "as many people are drawn as there are"


def test_people_who_differ_make_the_interval_wider():
    right = np.repeat(np.random.default_rng(2).random(60) < 0.5, 20)
    by_face = bootstrap_interval(lambda sample: right[sample].mean(), len(right))
    by_person = bootstrap_interval(lambda sample: right[sample].mean(), len(right), people=np.repeat(np.arange(60), 20))
    assert np.diff(by_person) > 3 * np.diff(by_face)


def paired(both, only_one, only_other, neither):
    one = [True] * (both + only_one) + [False] * (only_other + neither)
    other = [True] * both + [False] * only_one + [True] * only_other + [False] * neither
    return np.array(one), np.array(other)


def test_mcnemar_mid_p_gives_the_published_value():
    """Fagerland, Lydersen and Laake (2013), table 1: airway responsiveness, 1 and 7 discordant pairs."""
    assert mcnemar(*paired(1, 1, 7, 12)) == pytest.approx(0.0391, abs=5e-5)


def test_mcnemar_does_not_depend_on_who_comes_first_and_calls_twins_equal():
    one, other = paired(20, 3, 9, 5)
    assert mcnemar(one, other) == mcnemar(other, one)
    assert mcnemar(one, one) == 1
    assert mcnemar(*paired(10, 4, 4, 2)) == pytest.approx(1)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_with_a_face_of_each_person_it_is_mcnemars_test(pairs):
    one, other = np.array(pairs).T
    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    tosses, fewer = binom(only_one + only_other, 0.5), min(only_one, only_other)
    expected = 1 if only_one == only_other else 2 * tosses.cdf(fewer) - tosses.pmf(fewer)
    assert mcnemar(one, other, np.arange(len(one))) == pytest.approx(expected)
    assert mcnemar(one, other) == pytest.approx(expected)


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 8)), min_size=1, max_size=40),
    st.integers(2, 9),
)
def test_giving_every_face_several_times_proves_no_more(rows, times):
    one, other, people = np.array(rows).T
    once = mcnemar(one > 0, other > 0, people)
    assert mcnemar(*(np.repeat(side, times) for side in (one > 0, other > 0, people))) == pytest.approx(once)


def test_it_counts_fishers_ways_to_swap_the_maize():
    """Fisher (1935), section 21: fifteen pairs of Darwin's plants by how many eighths of an inch one is taller. Of the
    32,768 ways to swap them, 835 give a larger sum and 28 the same one."""
    taller = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
    one = np.repeat(taller > 0, np.abs(taller))
    people = np.repeat(np.arange(len(taller)), np.abs(taller))
    assert mcnemar(one, ~one, people) == pytest.approx((2 * 835 + 28) / 2**15)


def test_many_faces_of_one_person_decide_nothing():
    one, other = np.ones(300, bool), np.zeros(300, bool)
    assert mcnemar(one, other) < 0.001
    assert mcnemar(one, other, np.zeros(300, int)) == pytest.approx(0.5)
