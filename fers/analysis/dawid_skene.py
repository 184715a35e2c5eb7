"""Estimating what is true and how often each annotator errs, from votes alone.

Our own, because the library for it (crowd-kit 1.4) cannot be installed without transformers and nltk.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fers.analysis.votes import Votes

if TYPE_CHECKING:
    from scipy import sparse

MOST_ROUNDS = 1000
CLOSE_ENOUGH = 1e-6
"""The estimate stands when no belief moves by more than this in a round."""
_LEAST = 1e-300


@dataclass(frozen=True)
class ErrorRates:
    """The maximum-likelihood estimate of Dawid and Skene. All numbers are probabilities."""

    annotators: tuple[str, ...]
    belief: np.ndarray
    """faces x classes: how likely each face is truly of each class."""
    prevalence: np.ndarray
    """How common each class is."""
    rates: np.ndarray
    """annotators x classes x classes: how likely the annotator says the column when the row is true. A row is 0 where
    the annotator saw no face of the class."""

    @property
    def accuracy(self) -> np.ndarray:
        """How likely each annotator is to say what is true, over the classes that they saw as common as they are."""
        seen = np.where(self.rates.any(axis=2), self.prevalence, 0)
        return (np.diagonal(self.rates, axis1=1, axis2=2) * seen).sum(axis=1) / seen.sum(axis=1)


def error_rates(votes: Votes, classes: int) -> ErrorRates:
    """Estimate by expectation maximisation, from the shares of the votes (Dawid & Skene, Applied Statistics 28, 1979,
    equations 2.3 to 2.5 and 3.1). The values of `votes` are class ids; an annotator may vote repeatedly on a face.

    It stops when it stands still, or after `MOST_ROUNDS`.
    """
    counts = votes.counts(classes)
    belief = counts / counts.sum(axis=1, keepdims=True)
    answers = _answers(votes, classes)
    for _ in range(MOST_ROUNDS):
        before = belief
        prevalence, rates = _maximise(answers, belief, len(votes.annotators))
        belief = _expect(answers, prevalence, rates)
        if np.abs(belief - before).max(initial=0) < CLOSE_ENOUGH:
            break
    return ErrorRates(votes.annotators, belief, prevalence, rates)


def _answers(votes: Votes, classes: int) -> "sparse.csr_array":
    """faces x (annotators x classes): how often each annotator gave each answer."""
    from scipy import sparse

    columns = votes.annotator * classes + votes.value
    shape = (len(votes.faces), len(votes.annotators) * classes)
    return sparse.coo_array((np.ones(len(columns)), (votes.face, columns)), shape=shape).tocsr()


def _maximise(answers: "sparse.csr_array", belief: np.ndarray, annotators: int) -> tuple[np.ndarray, np.ndarray]:
    classes = belief.shape[1]
    said_when_true = (answers.T @ belief).reshape(annotators, classes, classes).swapaxes(1, 2)
    total = said_when_true.sum(axis=2, keepdims=True)
    rates = np.divide(said_when_true, total, out=np.zeros_like(said_when_true), where=total > 0)
    return belief.sum(axis=0) / max(1, len(belief)), rates


def _expect(answers: "sparse.csr_array", prevalence: np.ndarray, rates: np.ndarray) -> np.ndarray:
    from scipy import special

    classes = len(prevalence)
    # In logarithms: the product over many annotators is too small for a float. What never happened is all but
    # impossible rather than impossible, so that no face is left without a class.
    log_rates = np.log(rates.clip(_LEAST)).swapaxes(1, 2).reshape(-1, classes)
    return special.softmax(np.log(prevalence.clip(_LEAST)) + answers @ log_rates, axis=1)
