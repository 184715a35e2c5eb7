"""One model's scores on a set of faces, and two models side by side on the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fers.analysis.resampling import ModelSums
from fers.analysis.scores import Scores
from fers.analysis.significance import bootstrap_interval
from fers.domain import metrics
from fers.domain.evaluation_sets import Figure


@dataclass(frozen=True)
class BoardEntry:
    """A model's line in the leaderboard."""

    n: int
    figures: dict[str, Figure]
    """By the names in `Scores.NAMES`."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """Labels x answers: how many faces."""
    people: int = 0
    """How many people the faces are of."""


@dataclass(frozen=True)
class PairwiseComparison:
    """Where two models differ on the same n faces."""

    disagree: np.ndarray
    """Indices of faces on which only one is right, those where they are surest of different things first."""
    both_wrong: np.ndarray
    """Indices of faces that both get wrong, those where they are surest first."""


def entry(answers: np.ndarray, labels: np.ndarray, people: np.ndarray) -> BoardEntry:
    """Score n x 8 `answers` to faces with n `labels`; `people` says whose each is. Intervals are by drawing people."""
    confusion = tuple(map(tuple, metrics.confusion_matrix(answers, labels).tolist()))
    scores = ModelSums(answers, labels).scores
    return BoardEntry(len(labels), figures(Scores.NAMES, scores, people), confusion, len(np.unique(people)))


def figures(names: Sequence[str], scores: Callable[[np.ndarray], np.ndarray], people: np.ndarray) -> dict[str, Figure]:
    """What `scores` says of n faces, by name, with 95% intervals by drawing people; 0 to 1, which every score lies in,
    where there is only one. `people` says whose each face is."""
    faces, inflated = len(people), [place for place, name in enumerate(names) if name in Scores.INFLATED]
    values = scores(np.arange(faces))
    low, high = bootstrap_interval(scores, faces, people=people, inflated=inflated)
    if len(np.unique(people)) == 1:
        low, high = (np.where(np.isnan(values), np.nan, end) for end in (0, 1))
    rows = zip(names, values, low, high, strict=True)
    return {name: tuple(map(float, row)) for name, *row in rows}


def pairwise(one: np.ndarray, other: np.ndarray, labels: np.ndarray) -> PairwiseComparison:
    """Compare n x 8 answers of two models to faces with n `labels`."""
    right = [answers.argmax(axis=1) == labels for answers in (one, other)]
    sureness = np.minimum(one.max(axis=1), other.max(axis=1))
    order = np.argsort(-sureness, kind="stable")
    return PairwiseComparison(
        disagree=order[(right[0] != right[1])[order]],
        both_wrong=order[~(right[0] | right[1])[order]],
    )


def shares(confusion: np.ndarray) -> np.ndarray:
    """Counts of labels x answers as shares of each label's faces; NaN for a label that no face has."""
    confusion = np.asarray(confusion, float)
    faces = confusion.sum(axis=1, keepdims=True)
    return np.divide(confusion, faces, out=np.full(confusion.shape, np.nan), where=faces > 0)
