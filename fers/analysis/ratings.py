"""Which of several models people prefer, from choices between two at a time."""

from dataclasses import dataclass

import numpy as np

ROUNDS = 10_000
SMALLEST_STEP = 1e-9
RESAMPLES = 1000
SEED = 1952
PRIOR = 0.5
"""Wins and losses against an average rival that everybody begins with: whoever never lost gets a finite strength."""


@dataclass(frozen=True)
class Rating:
    """Strength on Bradley and Terry's log scale with its 95% interval: the average model has 0, and one that is
    stronger by d wins against the other with a chance of 1 / (1 + exp(-d))."""

    strength: float
    low: float
    high: float
    duels: int


def ratings(wins: np.ndarray) -> list[Rating]:
    """Rate m models by their duels (Bradley and Terry, Biometrika 39, 1952); intervals by bootstrap over the duels.

    `wins[i, j]` counts how often i won against j; a draw counts half for both. Unplayed models have wide intervals.
    """
    counts = np.asarray(wins, float)
    random = np.random.default_rng(SEED)
    played = counts + counts.T
    shares = np.divide(counts, played, out=np.full(counts.shape, 0.5), where=played > 0)
    upper = np.triu(np.ones(counts.shape, bool), 1)
    draws = []
    for _ in range(RESAMPLES):
        won = np.where(upper, random.binomial(np.rint(played).astype(int), shares), 0.0)
        draws.append(strengths(won + np.where(upper, played - won, 0.0).T))
    low, high = np.quantile(draws, (0.025, 0.975), axis=0)
    rows = zip(strengths(counts), low, high, played.sum(axis=1), strict=True)
    return [Rating(float(s), float(lo), float(hi), round(duels)) for s, lo, hi, duels in rows]


def strengths(wins: np.ndarray) -> np.ndarray:
    """m strengths on the log scale with a mean of 0: the most likely ones, by Hunter's minorisation-maximisation
    (Annals of Statistics 32, 2004)."""
    models = len(wins)
    played = wins + wins.T
    won = wins.sum(axis=1) + PRIOR
    strength = np.ones(models)
    for _ in range(ROUNDS):
        # The average rival has the strength 1; the duels against it keep the scale in place.
        spread = (played / np.add.outer(strength, strength)).sum(axis=1) + 2 * PRIOR / (strength + 1)
        better = won / spread
        step = np.abs(np.log(better / strength)).max()
        strength = better
        if step < SMALLEST_STEP:
            break
    logs = np.log(strength)
    return logs - logs.mean()
