"""The leaderboard's scores are those of `score`, on every resample, and people are scored by what others say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fers.analysis import people as annotators
from fers.analysis.leaderboard import entry
from fers.analysis.resampling import ModelSums
from fers.analysis.scores import Scores, score
from fers.analysis.significance import holm
from fers.domain.emotions import Emotion

HAPPY, SAD, FEAR = Emotion.HAPPY, Emotion.SAD, Emotion.FEAR
UNKNOWN = 8


def people(votes, labels=None):
    """Each face is another person's."""
    return annotators.people(votes, np.arange(len(votes)), labels)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.booleans())
def test_scores_of_a_sample_are_those_of_its_faces(seed, faces, coarse):
    random = np.random.default_rng(seed)
    answers = random.dirichlet(np.full(8, 0.3), faces)
    if coarse:  # Many equal confidences, and some on the edges of bins.
        answers = np.round(answers * 5) / 5
    labels = random.integers(8, size=faces)
    sample = random.integers(faces, size=faces)
    expected = score(answers[sample], labels[sample], np.ones(faces, bool)).as_array()[: len(Scores.NAMES)]
    np.testing.assert_allclose(ModelSums(answers, labels).scores(sample), expected, atol=1e-9)


def test_every_score_lies_in_its_interval():
    random = np.random.default_rng(1)
    labels = random.integers(8, size=300)
    answers = random.dirichlet(np.ones(8), 300) + 0.2 * np.eye(8)[labels]
    scored = entry(answers / answers.sum(axis=1, keepdims=True), labels, np.arange(300) // 3)
    assert (scored.n, scored.people) == (300, 100)
    for name, (value, low, high) in scored.figures.items():
        assert low < value < high, name


def test_the_ece_of_a_calibrated_model_lies_in_its_interval_and_so_does_that_of_as_many_other_faces():
    """Percentiles alone would lie above both: chance makes an ECE larger, and a resample has that of the faces, too."""
    random = np.random.default_rng(2)

    def drawn(faces):
        answers = random.dirichlet(np.full(8, 0.2), faces)
        return answers, (random.random((faces, 1)) > answers.cumsum(axis=1)[:, :-1]).sum(axis=1)

    elsewhere = np.mean([ModelSums(*drawn(300)).scores(np.arange(300))[4] for _ in range(100)])
    held = 0
    for _ in range(12):
        value, low, high = entry(*drawn(300), np.arange(300)).figures["ece"]
        assert 0 <= low < value < high
        held += low <= elsewhere <= high
    assert held >= 11


def test_one_person_says_nothing_of_how_people_differ():
    labels = np.array([HAPPY, SAD, SAD])
    scored = entry(np.eye(8)[[HAPPY, SAD, FEAR]], labels, np.zeros(3))
    assert scored.figures["top1"] == pytest.approx((2 / 3, 0, 1))
    assert annotators.people([[HAPPY], [SAD]], np.zeros(2), labels[:2]).figures["top1"] == (1, 0, 1)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(8, 40))
def test_giving_every_face_ten_times_makes_no_interval_narrower(seed, faces):
    random = np.random.default_rng(seed)
    labels, answers = random.integers(8, size=faces), random.dirichlet(np.full(8, 0.3), faces)
    once = entry(answers, labels, np.arange(faces))
    often = entry(np.repeat(answers, 10, axis=0), np.repeat(labels, 10), np.repeat(np.arange(faces), 10))
    for name, figure in once.figures.items():
        np.testing.assert_allclose(often.figures[name], figure, atol=1e-9)


def test_an_annotator_is_held_against_the_others_and_not_against_themselves():
    scored = people([[HAPPY, HAPPY, SAD]])
    assert scored.n == 1
    # Happy against happy and sad: a tie, half right, twice. Sad against two who say happy: wrong.
    assert scored.figures["top1"][0] == pytest.approx(1 / 3)
    assert people([[HAPPY, HAPPY, HAPPY, SAD]]).figures["top1"][0] == pytest.approx(3 / 4)


def test_faces_count_once_however_many_looked():
    scored = people([[HAPPY] * 9 + [SAD], [SAD] * 3])
    assert scored.n == 2
    assert scored.figures["top1"][0] == pytest.approx((0.9 + 1) / 2)


def test_who_can_not_tell_is_wrong_and_who_looked_alone_is_left_out():
    scored = people([[HAPPY, HAPPY, UNKNOWN], [FEAR], []])
    assert scored.n == 1
    # Happy against happy and unknown: half of it is held against happy, and right; twice. Unknown is wrong.
    assert scored.figures["top1"][0] == pytest.approx(1 / 2)
    assert people([[UNKNOWN, UNKNOWN, UNKNOWN], [HAPPY]]) is None
    assert people([]) is None


def test_against_given_labels_every_vote_counts():
    scored = people([[HAPPY], [HAPPY, SAD], []], np.array([HAPPY, SAD, FEAR]))
    assert scored.n == 2
    assert scored.figures["top1"][0] == pytest.approx(3 / 4)
    assert set(scored.figures) == {"top1", "macro_f1", "balanced_accuracy"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_people_do_the_same_in_any_order(seed):
    random = np.random.default_rng(seed)
    votes = [list(random.integers(10, size=random.integers(0, 6))) for _ in range(12)]
    one, other = people(votes), people([sorted(of_face) for of_face in votes])
    assert (one is None) == (other is None)
    if one:
        assert one.figures["top1"][0] == pytest.approx(other.figures["top1"][0])
        assert 0 <= one.figures["macro_f1"][0] <= 1


def test_holm_asks_more_of_the_best_than_of_the_rest():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, np.nan]), [0.03, 0.06, 0.06, np.nan])
    np.testing.assert_allclose(holm([0.5, 0.9]), [1, 1])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_makes_a_chance_smaller_and_keeps_their_order(chances):
    adjusted = holm(chances)
    assert (adjusted >= np.array(chances)).all()
    order = np.argsort(chances, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
