"""What the annotators of a face say together, and which faces need more labels before they say it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fers.analysis.dawid_skene import ErrorRates, error_rates
from fers.analysis.votes import collect
from fers.domain.emotions import Emotion
from fers.domain.labels import Label, Verdict
from fers.domain.snapshots import ConsensusRule, Vote

OUTCOMES: tuple[Emotion | Verdict, ...] = (*Emotion, Verdict.UNKNOWN, Verdict.NOT_A_FACE)
"""What a face can turn out to be, in the order of the columns of error rates. A flag is a question to the researcher
and no vote."""

_INDEX = {outcome: index for index, outcome in enumerate(OUTCOMES)}
_TIE = 1e-6
"""Probabilities this close are equal, but for rounding."""


@dataclass(frozen=True)
class Consensus:
    """What the votes on one face come to."""

    outcome: Emotion | Verdict | None
    """One of `OUTCOMES`; None for a tie."""
    support: float
    """The share of the votes for the outcome, or its probability, 0 to 1; for a tie that of each of the tied."""
    votes: int


def majority(labels: Iterable[Label]) -> dict[str, Consensus]:
    """The consensus by plurality for each face (id) that has a vote: the outcome with the most votes, none for a tie.
    An annotator's vote is the emotion with the largest share, "unknown" or "not a face"."""
    votes = collect(labels, _vote)
    counts = votes.counts(len(OUTCOMES))
    return _settle(votes.faces, counts / counts.sum(axis=1, keepdims=True), counts)


def agreed(labels: Iterable[Label], rule: ConsensusRule) -> dict[str, Consensus]:
    """The consensus for each face (id) that has a vote, by the rule."""
    return majority(labels) if rule is ConsensusRule.MAJORITY else dawid_skene(labels)[0]


def votes_of(labels: Iterable[Label | Vote]) -> list[int]:
    """The votes on one face, as indices into `OUTCOMES`."""
    return [vote for label in labels if (vote := _vote(label)) is not None]


def dawid_skene(labels: Iterable[Label]) -> tuple[dict[str, Consensus], ErrorRates]:
    """The consensus for each face (id) that has a vote when annotators count by how well they know each outcome, and
    how well that is: the method of Dawid and Skene (see `error_rates`), over the same votes as `majority`.

    It learns every annotator's confusion of ten outcomes from these votes alone. For annotators with few labels
    (under some tens of each outcome that matters) `majority` is the safer choice.
    """
    votes = collect(labels, _vote)
    rates = error_rates(votes, len(OUTCOMES))
    return _settle(votes.faces, rates.belief, votes.counts(len(OUTCOMES))), rates


def agreeing_pairs(labels: Iterable[Label | Vote]) -> float | None:
    """The share, 0 to 1, of the pairs of votes on one face that say the same (P_i of Fleiss, Psychological Bulletin 76,
    1971); None with fewer than two votes."""
    counts = Counter(votes_of(labels)).values()
    votes = sum(counts)
    return sum(count * (count - 1) for count in counts) / (votes * (votes - 1)) if votes > 1 else None


def needs_more_votes(consensus: Consensus, least_support: float = 0.6, most_votes: int = 9) -> bool:
    """Whether the face goes back to the queue: its votes tie, or the outcome has less than `least_support`. A face that
    has `most_votes` does not: it is ambiguous, and more votes would say so again.

    With the defaults two of three are enough, two of four are not.
    """
    return consensus.votes < most_votes and (consensus.outcome is None or consensus.support < least_support)


def _vote(label: Label | Vote) -> int | None:
    return _INDEX.get(label.verdict if label.emotion is None else label.emotion)


def _settle(faces: tuple[str, ...], support: np.ndarray, counts: np.ndarray) -> dict[str, Consensus]:
    best = support.max(axis=1, initial=0)
    outcomes = support.argmax(axis=1).tolist()
    tied = ((support > best[:, None] - _TIE).sum(axis=1) > 1).tolist()
    return {
        face: Consensus(None if tie else OUTCOMES[outcome], of_best, votes)
        for face, outcome, tie, of_best, votes in zip(
            faces, outcomes, tied, best.tolist(), counts.sum(axis=1).tolist(), strict=True
        )
    }
