"""What the annotators of a study's faces say together, by either of two rules."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from fers.analysis.dawid_skene import ErrorRates, error_rates
from fers.analysis.votes import collect
from fers.domain.consensus import OUTCOMES, Consensus, plurality, vote_of
from fers.domain.labels import Label
from fers.domain.versions import ConsensusRule

_TIE = 1e-6
"""Probabilities this close are equal, but for rounding."""


def majority(labels: Iterable[Label]) -> dict[str, Consensus]:
    """The consensus by plurality for each face (id) that has a vote: see `plurality`."""
    votes: dict[str, list[int]] = defaultdict(list)
    for label in labels:
        if (vote := vote_of(label)) is not None:
            votes[label.face_id].append(vote)
    return {face_id: plurality(said) for face_id, said in votes.items()}


def agreed(labels: Iterable[Label], rule: ConsensusRule) -> dict[str, Consensus]:
    """The consensus for each face (id) that has a vote, by the rule."""
    return majority(labels) if rule is ConsensusRule.MAJORITY else dawid_skene(labels)[0]


def dawid_skene(labels: Iterable[Label]) -> tuple[dict[str, Consensus], ErrorRates]:
    """The consensus for each face (id) that has a vote when annotators count by how well they know each outcome, and
    how well that is: the method of Dawid and Skene (see `error_rates`), over the same votes as `majority`.

    It learns every annotator's confusion of ten outcomes from these votes alone. For annotators with few labels
    (under some tens of each outcome that matters) `majority` is the safer choice.
    """
    votes = collect(labels, vote_of)
    rates = error_rates(votes, len(OUTCOMES))
    return _consensus(votes.faces, rates.belief, votes.counts(len(OUTCOMES))), rates


def _consensus(faces: tuple[str, ...], support: np.ndarray, counts: np.ndarray) -> dict[str, Consensus]:
    best = support.max(axis=1, initial=0)
    outcomes = support.argmax(axis=1).tolist()
    tied = ((support > best[:, None] - _TIE).sum(axis=1) > 1).tolist()
    return {
        face: Consensus(None if tie else OUTCOMES[outcome], of_best, votes)
        for face, outcome, tie, of_best, votes in zip(
            faces, outcomes, tied, best.tolist(), counts.sum(axis=1).tolist(), strict=True
        )
    }
