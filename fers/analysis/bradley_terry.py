"""Which of several models is better, from comparisons of two at a time: the Bradley-Terry model (Bradley and Terry,
Biometrika 39, 1952), with ties as Davidson has them (J. Am. Stat. Assoc. 65, 1970).

A model of strength b beats one of strength c with probability e^b / (e^b + e^c + n e^((b+c)/2)), and ties with the
share that n e^((b+c)/2) has of it. Without ties n is 0 and this is Bradley and Terry's own model. Where all models meet
equally often the order is that of the wins with ties as half wins. But a tie is not mistaken for half a surprise: where
most comparisons are ties the intervals are much narrower than those of half wins, and still cover what they should.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

LEVEL = 0.95
"""Of intervals, where no other is asked for."""
PSEUDO_WINS = 0.5
"""Added to both sides of every pair where estimates would not be finite otherwise."""
_STEPS, _ENOUGH = 100, 1e-10


@dataclass(frozen=True)
class Ranking:
    """Strengths of k models with what is known of them. Strengths are logarithms whose sum is 0: a model that is 1
    above another wins e = 2.7 times as often as it loses to it."""

    strengths: np.ndarray
    """k numbers, in the order of the counts."""
    covariance: np.ndarray
    """k x k, from the inverse of the observed information."""
    tie: float
    """Davidson's n, 0 without ties: two equal models tie with probability n / (2 + n)."""
    regularised: bool
    """Whether `PSEUDO_WINS` were added, because some models never lost or never won against the others."""

    def intervals(self) -> np.ndarray:
        """k x 2: the ends of the 95% Wald interval of each strength."""
        reach = NormalDist().inv_cdf(0.5 + LEVEL / 2) * np.sqrt(self.covariance.diagonal())
        return np.stack([self.strengths - reach, self.strengths + reach], axis=1)

    def difference(self, one: int, other: int, level: float = LEVEL) -> tuple[float, float, float]:
        """How much stronger one model is than another, with the ends of its Wald interval."""
        value = self.strengths[one] - self.strengths[other]
        covariance = self.covariance
        variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        reach = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(max(0.0, variance))
        return float(value), float(value - reach), float(value + reach)

    def winner(self) -> int | None:
        """The model that is stronger than every other, beyond chance; None: too early to tell. With Bonferroni's
        correction for as many comparisons as there are others."""
        best = int(np.argmax(self.strengths))
        others = [index for index in range(len(self.strengths)) if index != best]
        strict = 1 - (1 - LEVEL) / max(1, len(others))
        return best if all(self.difference(best, other, strict)[1] > 0 for other in others) else None


def rank(wins: np.ndarray, ties: np.ndarray) -> Ranking:
    """Rank k models by maximum likelihood, with Newton's method. It takes as long for a million comparisons as for one.

    `wins`: k x k, how often the row beat the column. `ties`: k x k and symmetric, how often the two tied. Raises
    ValueError without any comparison.
    """
    from scipy.sparse.csgraph import connected_components

    wins, ties = np.asarray(wins, float).copy(), np.asarray(ties, float)
    count = len(wins)
    if not (wins.any() or ties.any()):
        raise ValueError("nothing was compared")
    # Estimates are finite where wins lead from every model to every other (Ford, Am. Math. Monthly 64, 1957). Ties are
    # no help: of two models of which one never won, the strengths and the share of ties grow together without end.
    regularised = connected_components(wins > 0, connection="strong")[0] > 1
    if regularised:
        wins += PSEUDO_WINS * (1 - np.eye(count))
    first, second = np.triu_indices(count, 1)
    outcomes = np.stack([wins[first, second], wins[second, first], ties[first, second]], axis=1)
    design = _design(first, second, count, with_ties=bool(ties.any()))
    values, information = _newton(outcomes, design, count)
    tie = float(np.exp(values[count])) if ties.any() else 0.0
    return Ranking(values[:count], _inverse(information, count)[:count, :count], tie, regularised)


def _design(first: np.ndarray, second: np.ndarray, count: int, with_ties: bool) -> np.ndarray:
    """pairs x outcomes x parameters: the logarithm of each outcome's share is linear in strengths and log n."""
    pairs = np.arange(len(first))
    design = np.zeros((len(first), 3 if with_ties else 2, count + with_ties))
    design[pairs, 0, first] = design[pairs, 1, second] = 1
    if with_ties:
        design[pairs, 2, first] = design[pairs, 2, second] = 0.5
        design[:, 2, count] = 1
    return design


def _newton(outcomes: np.ndarray, design: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The parameters under which `outcomes` are likeliest, and the information there: the log-likelihood is concave, so
    steps that are halved until they lead upwards arrive."""
    outcomes = outcomes[:, : design.shape[1]]
    totals = outcomes.sum(axis=1)
    values = np.zeros(design.shape[2])
    likelihood = _likelihood(outcomes, design @ values)
    for _ in range(_STEPS):
        shares = _shares(design @ values)
        gradient = np.einsum("po,pok->k", outcomes - totals[:, None] * shares, design)
        mean = np.einsum("po,pok->pk", shares, design)
        information = np.einsum("p,po,pok,pol->kl", totals, shares, design, design) - np.einsum(
            "p,pk,pl->kl", totals, mean, mean
        )
        step = _inverse(information, count) @ gradient
        if np.abs(step).max() < _ENOUGH:
            break
        while (better := _likelihood(outcomes, design @ (values + step))) < likelihood and np.abs(step).max() > _ENOUGH:
            step = step / 2
        values, likelihood = values + step, better
    return values, information


def _inverse(information: np.ndarray, count: int) -> np.ndarray:
    """Among strengths whose sum is 0: adding the same to all of them changes nothing, so the information itself has no
    inverse."""
    same = np.zeros(len(information))
    same[:count] = 1
    scale = np.trace(information) / count
    return np.linalg.inv(information + scale * np.outer(same, same)) - np.outer(same, same) / (scale * count**2)


def _likelihood(outcomes: np.ndarray, logits: np.ndarray) -> float:
    return float((outcomes * np.log(_shares(logits))).sum())


def _shares(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
