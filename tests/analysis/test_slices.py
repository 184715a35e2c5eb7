"""Parts of the faces, and how far each can be trusted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.proportion import proportion_confint

from fers.analysis.significance import FEW_PEOPLE
from fers.analysis.slices import accuracy_of, gaps, paired_difference, reliability, slices
from fers.analysis.wilson import wilson

PAIRS = st.integers(1, 200).flatmap(lambda n: arrays(bool, (2, n)))


@given(PAIRS)
def test_wilson_is_that_of_statsmodels(pair):
    right = pair[0]
    value, low, high = wilson(right.sum(), len(right))
    assert value == pytest.approx(right.mean())
    assert (low, high) == pytest.approx(proportion_confint(right.sum(), len(right), method="wilson"), abs=1e-9)


@given(PAIRS)
def test_the_difference_lies_in_its_interval_and_turns_with_its_sides(pair):
    for people in (np.arange(pair.shape[1]), np.arange(pair.shape[1]) // 3):
        value, low, high = paired_difference(*pair, people)
        assert value == pytest.approx(pair[0].mean() - pair[1].mean())
        assert -1 <= low <= value <= high <= 1
        assert paired_difference(*pair[::-1], people) == pytest.approx((-value, -high, -low))


def test_the_interval_of_a_difference_holds_what_it_promises():
    """Of draws from a known population, about 95% of the intervals hold the truth, with few faces too."""
    random = np.random.default_rng(5)
    kinds = random.choice(4, p=(0.5, 0.25, 0.05, 0.2), size=(4000, 20))  # Both right, the first, the other, neither.
    held = 0
    for drawn in kinds:
        _, low, high = paired_difference(drawn <= 1, (drawn == 0) | (drawn == 2), np.arange(20))
        held += low <= 0.2 <= high
    assert 0.94 <= held / len(kinds) <= 0.985


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.booleans(), st.booleans()), min_size=1))
def test_slices_part_the_faces(rows):
    names = [name for name, _, _ in rows]
    right = np.array([[one, other] for _, one, other in rows]).T
    found = slices("letter", names, ["b", "a", "c"], np.zeros(len(rows), int), right)
    assert [part.name for part in found] == [name for name in ("b", "a") if name in names]
    assert sum(part.faces for part in found) == len(rows) - names.count(None)
    for part in found:
        assert part.people == 1
        assert part.difference[0] == pytest.approx(part.accuracy[0][0] - part.accuracy[1][0])


def test_a_small_slice_tells_no_models_apart():
    def of(people, faces_each):
        faces = people * faces_each
        right = np.array([[True] * faces, [False] * faces])
        [part] = slices("size", ["x"] * faces, ["x"], np.arange(faces) // faces_each, right)
        return part

    assert not of(FEW_PEOPLE - 1, 1).tells_them_apart
    assert not of(1, 300).tells_them_apart, "many faces of one person say nothing of people"
    assert of(FEW_PEOPLE, 1).tells_them_apart
    assert (of(FEW_PEOPLE, 10).people, of(FEW_PEOPLE, 10).faces) == (FEW_PEOPLE, 10 * FEW_PEOPLE)


@given(PAIRS)
def test_with_a_face_of_each_person_accuracy_has_wilsons_interval(pair):
    right = pair[0]
    assert accuracy_of(right, np.arange(len(right))) == pytest.approx(wilson(right.sum(), len(right)))


@given(PAIRS, st.integers(2, 9))
def test_giving_every_face_several_times_makes_no_interval_narrower(pair, times):
    once, often = np.arange(pair.shape[1]), np.arange(pair.shape[1]).repeat(times)
    copies = pair.repeat(times, axis=1)
    assert accuracy_of(copies[0], often) == pytest.approx(accuracy_of(pair[0], once))
    assert paired_difference(*copies, often) == pytest.approx(paired_difference(*pair, once))


def test_intervals_hold_what_they_promise_where_faces_of_one_person_go_together():
    """60 people with 10 faces each, of whom some are easy for a model and some are hard: of such draws, about 95% of
    the intervals hold the truth; those that take faces for independent hold it far less often."""
    random = np.random.default_rng(3)
    people = np.arange(600) // 10
    held, naive = [], []
    for _ in range(500):
        easy = random.choice([0.9, 0.3], size=(2, 60))  # For either model.
        one, other = random.random((2, 600)) < easy[:, people]
        for truth, interval, by_face in (
            (0.6, accuracy_of(one, people), wilson(one.sum(), 600)),
            (0.0, paired_difference(one, other, people), paired_difference(one, other, np.arange(600))),
        ):
            held.append(interval[1] <= truth <= interval[2])
            naive.append(by_face[1] <= truth <= by_face[2])
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(naive) < 0.8


def test_confidence_that_is_never_right_is_all_gap():
    answers = np.tile([0.7, 0.3, 0, 0, 0, 0, 0, 0], (10, 1))
    found = reliability(answers, np.ones(10, int))
    assert found.ece == pytest.approx(0.7)
    assert found.faces.sum() == 10


def test_only_benchmarks_that_state_a_top_1_are_promises():
    found = gaps("m", {"a": {"top1": 0.8}, "b": {"ece": 0.1}, "note": "none"}, (0.6, 0.5, 0.7))
    assert [(gap.benchmark, gap.promised, gap.found[0]) for gap in found] == [("a", 0.8, 0.6)]


@pytest.mark.parametrize(
    "top1", [float("nan"), float("inf"), 10**400, 71.3, -1], ids=["nan", "inf", "huge", "percent", "negative"]
)
def test_what_is_no_share_is_no_promise(top1):
    """A model.json is anybody's, and what stands there is drawn."""
    assert gaps("m", {"a": {"top1": top1}}, (0.6, 0.5, 0.7)) == []
