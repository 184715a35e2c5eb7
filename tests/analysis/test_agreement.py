"""The report on how far annotators agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from fers.analysis.agreement import agreement
from fers.analysis.estimates import share_of
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict
from tests.analysis.labelling import CLASSES, NOTHING, from_table, label, said_of, seen_by, shuffled, tables, truth_of

HAPPY, SAD, ANGER = Emotion.HAPPY, Emotion.SAD, Emotion.ANGER
RESAMPLES = 50


@settings(max_examples=30)
@given(st.lists(st.sampled_from(Emotion), min_size=2, max_size=12).filter(lambda said: len(set(said)) > 1))
def test_perfect_agreement_is_one_in_every_sense(truth):
    report = agreement(from_table(np.tile(truth, (3, 1))), RESAMPLES)
    seen = [report.by_class[emotion] for emotion in set(truth)]
    annotators = report.by_annotator.values()
    estimates = [report.emotion, report.fleiss, *report.by_pair.values(), *seen]
    estimates += [one.alpha_without for one in annotators]
    assert all(one.value == pytest.approx(1) for one in estimates)
    assert not any(one.has_interval for one in estimates), "no face says how often others would be disagreed on"
    for one in annotators:
        assert one.with_others.low < one.with_others.value == one.with_others.high == 1
    assert np.array_equal(report.confusion, np.diag(np.bincount(truth, minlength=CLASSES)) * 6)


@settings(max_examples=30)
@given(tables(), st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(table, random):
    labels = from_table(table)
    faces = sorted({one.face_id for one in labels})
    annotators = sorted({one.annotator_id for one in labels})
    new_faces = dict(zip(faces, random.sample(faces, len(faces)), strict=True))
    new_annotators = dict(zip(annotators, random.sample(annotators, len(annotators)), strict=True))
    before = agreement(labels, RESAMPLES)
    after = agreement(shuffled(labels, new_faces, new_annotators), RESAMPLES)
    for field in ("emotion", "fleiss", "fleiss_labels", "by_class"):
        assert repr(getattr(after, field)) == repr(getattr(before, field))
    assert np.array_equal(after.confusion, before.confusion)
    for old, new in new_annotators.items():
        assert repr(after.by_annotator[new]) == repr(before.by_annotator[old])


def test_chance_is_about_zero():
    report = agreement(from_table(seen_by([0, 0, 0], truth_of(2000))), RESAMPLES)
    for estimate in (report.emotion, report.fleiss, *report.by_pair.values(), *report.by_class.values()):
        assert abs(estimate.value) < 0.06
    assert report.emotion.low < 0 < report.emotion.high


def test_the_interval_holds_the_value_and_narrows_with_more_faces():
    few, many = (agreement(from_table(seen_by([0.7] * 3, truth_of(faces))), 200).emotion for faces in (50, 1000))
    for estimate in (few, many):
        assert estimate.low < estimate.value < estimate.high
    # The error of a mean falls with the root of the number of faces: 4.5 times here.
    assert 3 < (few.high - few.low) / (many.high - many.low) < 6.5
    assert (many.faces, many.labels) == (1000, 3000)


def test_the_same_seed_gives_the_same_interval_and_another_a_different_one():
    labels = from_table(seen_by([0.7] * 3, truth_of(40)))
    first, again, other = (agreement(labels, RESAMPLES, seed).emotion for seed in (1, 1, 2))
    assert first == again
    assert first.low != other.low


def test_an_annotator_who_guesses_is_found():
    report = agreement(from_table(seen_by([0.9, 0.9, 0.9, 0], truth_of(400))), RESAMPLES)
    guessing = report.by_annotator["annotator 3"]
    assert guessing.alpha_without.low > report.emotion.high
    assert guessing.with_others.high < min(
        one.with_others.low for name, one in report.by_annotator.items() if name != "annotator 3"
    )


def test_a_single_face_says_nothing_of_how_faces_differ():
    report = agreement(said_of("a", HAPPY, HAPPY, SAD), RESAMPLES)
    for estimate in (report.emotion, report.fleiss):
        assert estimate.is_defined and not estimate.has_interval


@pytest.mark.parametrize(("faces", "agreed"), [(4, 4), (4, 0), (30, 24)])
def test_agreement_with_others_has_wilsons_interval_with_a_comparison_of_each_face(faces, agreed):
    labels = [one for face in range(faces) for one in said_of(f"{face:02}", HAPPY, HAPPY if face < agreed else SAD)]
    found = agreement(labels, RESAMPLES).by_annotator["annotator 0"].with_others
    expected = proportion_confint(agreed, faces, method="wilson")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert (found.value, found.faces, found.labels) == (agreed / faces, faces, 2 * faces)


def test_the_interval_of_agreement_with_others_holds_what_it_promises_of_few_faces_too():
    """Some faces are hard for everybody, so that what is said of one face goes together. Of draws of 15 such faces,
    more than nine in ten of the intervals hold the truth."""
    random = np.random.default_rng(4)

    def seen(faces):
        clear = np.where(random.random(faces) < 0.8, 0.99, 0.4)
        return np.where(random.random((3, faces)) < clear, 0, random.integers(1, CLASSES, (3, faces)))

    def same(table):
        return (table[0] == table[1:]).mean()

    truth, held = same(seen(200_000)), 0
    for _ in range(400):
        table = seen(15)
        found = share_of((table[0] == table[1:]).sum(axis=0), np.full(15, 2), 0)
        assert found.value == pytest.approx(same(table))
        held += found.low <= truth <= found.high
    assert 0.9 <= held / 400 <= 0.99


def test_a_face_counts_where_it_has_the_labels_that_are_needed():
    labels = [*said_of("twice", HAPPY, HAPPY), *said_of("thrice", SAD, SAD, ANGER), *said_of("alone", ANGER)]
    report = agreement(labels, RESAMPLES)
    assert (report.emotion.faces, report.emotion.labels) == (2, 5)
    assert (report.fleiss_labels, report.fleiss.faces, report.fleiss.labels) == (3, 1, 3)
    assert report.by_pair["annotator 0", "annotator 1"].faces == 2
    assert report.by_pair["annotator 0", "annotator 2"].faces == 1
    assert report.by_annotator["annotator 2"].with_others.value == 0
    assert report.by_annotator["annotator 0"].with_others.value == pytest.approx(2 / 3)


def test_confusion_counts_every_two_labels_of_a_face_both_ways():
    report = agreement([*said_of("a", SAD, SAD, ANGER), *said_of("b", HAPPY)], RESAMPLES)
    assert report.confusion[SAD, SAD] == 2
    assert report.confusion[SAD, ANGER] == report.confusion[ANGER, SAD] == 2
    assert report.confusion.sum() == 6


def test_other_verdicts_are_missing_labels():
    emotions = [*said_of("a", HAPPY, HAPPY, SAD), *said_of("b", SAD, SAD)]
    others = [
        label("b", "annotator 2", Verdict.UNKNOWN),
        label("c", "annotator 0", Verdict.NOT_A_FACE),
        label("c", "annotator 1", Verdict.FLAGGED, reason="two people"),
    ]
    assert repr(agreement(emotions + others, RESAMPLES)) == repr(agreement(emotions, RESAMPLES))


def test_valence_and_arousal_agree_on_their_own():
    labels = [
        label(f"face {face}", f"annotator {annotator}", HAPPY, valence=face / 10, arousal=(-1) ** annotator * face / 10)
        for face in range(1, 6)
        for annotator in range(2)
    ]
    report = agreement(labels, RESAMPLES)
    assert report.valence.value == pytest.approx(1)
    assert report.arousal.value < 0
    assert (report.valence.faces, report.valence.labels) == (5, 10)


@pytest.mark.parametrize(
    "labels",
    [
        [],
        said_of("a", HAPPY),
        said_of("a", HAPPY, HAPPY),
        [label("a", "x", HAPPY), label("b", "y", SAD)],
        [label("a", "x", Verdict.UNKNOWN), label("a", "y", Verdict.UNKNOWN)],
    ],
    ids=["no label", "one label", "one class", "no face in common", "no emotion"],
)
def test_what_is_undefined_is_said_to_be_so(labels):
    report = agreement(labels, RESAMPLES)
    for estimate in (report.emotion, report.fleiss, report.valence, *report.by_class.values()):
        assert not estimate.is_defined
        assert np.isnan([estimate.low, estimate.high]).all()


def test_a_single_label_a_face_compares_nobody():
    report = agreement(from_table(np.array([[0, 1, NOTHING], [NOTHING, NOTHING, 2]])), RESAMPLES)
    assert report.fleiss_labels == 0
    assert report.by_pair["annotator 0", "annotator 1"].faces == 0
    assert not report.by_annotator["annotator 0"].with_others.is_defined
