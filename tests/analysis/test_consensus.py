"""What annotators say together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fers.analysis.consensus import dawid_skene, majority
from fers.domain.consensus import OUTCOMES, Consensus, agreeing_pairs, needs_more_votes
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict
from tests.analysis.labelling import from_table, label, said_of, seen_by, truth_of

HAPPY, SAD, ANGER = Emotion.HAPPY, Emotion.SAD, Emotion.ANGER
UNKNOWN, NOT_A_FACE = Verdict.UNKNOWN, Verdict.NOT_A_FACE


@pytest.mark.parametrize(
    ("said", "outcome", "support"),
    [
        ([SAD], SAD, 1),
        ([SAD, SAD, ANGER], SAD, 2 / 3),
        ([SAD, ANGER, HAPPY, SAD], SAD, 1 / 2),
        ([SAD, ANGER], None, 1 / 2),
        ([SAD, ANGER, UNKNOWN], None, 1 / 3),
        ([UNKNOWN, UNKNOWN, SAD], UNKNOWN, 2 / 3),
        ([NOT_A_FACE, NOT_A_FACE], NOT_A_FACE, 1),
        ([UNKNOWN, NOT_A_FACE], None, 1 / 2),
    ],
)
def test_majority(said, outcome, support):
    assert majority(said_of("face", *said)) == {"face": Consensus(outcome, pytest.approx(support), len(said))}


def test_a_flag_is_no_vote():
    flag = label("seen", "somebody", Verdict.FLAGGED, reason="two people")
    only_flagged = label("flagged", "somebody", Verdict.FLAGGED, reason="two people")
    assert majority([*said_of("seen", SAD), flag, only_flagged]) == {"seen": Consensus(SAD, 1, 1)}


def test_no_labels_have_no_consensus():
    assert majority([]) == {}
    assert dawid_skene([])[0] == {}


@given(
    st.dictionaries(
        st.integers(0, 99).map(str), st.tuples(st.sampled_from(OUTCOMES), st.integers(1, 4)), min_size=1, max_size=12
    )
)
def test_where_all_agree_majority_and_dawid_skene_agree(faces):
    labels = [one for face, (truth, votes) in faces.items() for one in said_of(face, *[truth] * votes)]
    consensus, _ = dawid_skene(labels)
    assert majority(labels) == {face: Consensus(truth, 1, votes) for face, (truth, votes) in faces.items()}
    assert {face: (one.outcome, one.votes) for face, one in consensus.items()} == faces
    assert [one.support for one in consensus.values()] == pytest.approx([1] * len(faces))


def test_dawid_skene_believes_those_who_know():
    truth = truth_of(400)
    labels = from_table(seen_by([0.9, 0.9, 0.3, 0.3, 0.3], truth))
    consensus, rates = dawid_skene(labels)

    def right(outcomes):
        return np.mean([outcomes[face].outcome == said for face, said in zip(sorted(outcomes), truth, strict=True)])

    assert right(consensus) > 0.92 > 0.88 > right(majority(labels))
    own = [rates.rates[annotator].diagonal()[:8].mean() for annotator in range(5)]
    assert rates.annotators[:2] == ("annotator 0", "annotator 1")
    assert min(own[:2]) > 0.8 > 0.5 > max(own[2:])
    assert rates.accuracy == pytest.approx([0.9, 0.9, 0.3, 0.3, 0.3], abs=0.1)


def test_two_who_never_agree_come_to_nothing():
    consensus, _ = dawid_skene([*said_of("a", SAD, ANGER), *said_of("b", SAD, ANGER)])
    assert {one.outcome for one in consensus.values()} == {None}


@pytest.mark.parametrize(
    ("said", "goes_back"),
    [
        ([SAD, SAD, SAD], False),
        ([SAD, SAD, ANGER], False),
        ([SAD, ANGER, HAPPY], True),
        ([SAD, SAD, ANGER, HAPPY], True),
        ([SAD, SAD, ANGER, ANGER, HAPPY, UNKNOWN, UNKNOWN, NOT_A_FACE], True),
        ([SAD, SAD, ANGER, ANGER, HAPPY, UNKNOWN, UNKNOWN, NOT_A_FACE, NOT_A_FACE], False),
    ],
)
def test_ties_and_low_agreement_go_back_to_the_queue_until_the_face_is_plainly_ambiguous(said, goes_back):
    assert needs_more_votes(majority(said_of("face", *said))["face"]) is goes_back


@pytest.mark.parametrize(
    ("votes", "agreeing"),
    [((14,), 1.0), ((2, 6, 4, 2), 0.253), ((3, 5, 6), 0.308), ((3, 9, 2), 0.440), ((2, 2, 8, 1, 1), 0.330)],
)
def test_agreeing_pairs_are_those_of_a_worked_example(votes, agreeing):
    """Subjects 1, 2, 3, 4 and 5 of the example of Fleiss' kappa at Wikipedia: 14 raters, five categories."""
    said = [Emotion(category) for category, count in enumerate(votes) for _ in range(count)]
    assert agreeing_pairs(said_of("face", *said)) == pytest.approx(agreeing, abs=0.0006)


def test_one_vote_agrees_with_nobody():
    flag = label("face", "somebody", Verdict.FLAGGED, reason="two people")
    assert agreeing_pairs([]) is agreeing_pairs([*said_of("face", SAD), flag]) is None
    assert agreeing_pairs(said_of("face", UNKNOWN, SAD)) == 0


def test_thresholds_are_the_studys_to_choose():
    two_of_three = majority(said_of("face", SAD, SAD, ANGER))["face"]
    assert needs_more_votes(two_of_three, least_support=0.8)
    assert not needs_more_votes(two_of_three, least_support=0.8, most_votes=3)
