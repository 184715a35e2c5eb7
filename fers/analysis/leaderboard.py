"""One model's scores on a set of faces, and two models side by side on the same ones."""

from dataclasses import dataclass

import numpy as np

from fers.analysis.resampling import ModelSums
from fers.analysis.scores import Scores
from fers.analysis.significance import bootstrap_interval, mcnemar
from fers.domain import metrics
from fers.domain.yardsticks import Figure


@dataclass(frozen=True)
class Entry:
    """A model's line in the leaderboard."""

    n: int
    figures: dict[str, Figure]
    """By the names in `Scores.NAMES`."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """Labels x answers: how many faces."""


@dataclass(frozen=True)
class Duel:
    """Two models on the same n faces, in the order given."""

    accuracy: tuple[float, float]
    p: float
    """McNemar's mid-p: the chance of a difference at least this large between equally good models."""
    confusions: tuple[np.ndarray, np.ndarray]
    """Labels x answers, as shares of each label's faces; NaN for a label that no face has."""
    disagree: np.ndarray
    """Indices of faces on which only one is right, those where they are surest of different things first."""
    both_wrong: np.ndarray
    """Indices of faces that both get wrong, those where they are surest first."""


def entry(answers: np.ndarray, labels: np.ndarray) -> Entry:
    """Score n x 8 `answers` to faces with n `labels`."""
    confusion = tuple(map(tuple, metrics.confusion_matrix(answers, labels).tolist()))
    scores = ModelSums(answers, labels).scores
    values = scores(np.arange(len(labels)))
    rows = zip(Scores.NAMES, values, *bootstrap_interval(scores, len(labels)), strict=True)
    figures = {name: (float(value), float(low), float(high)) for name, value, low, high in rows}
    return Entry(len(labels), figures, confusion)


def duel(one: np.ndarray, other: np.ndarray, labels: np.ndarray) -> Duel:
    """Compare n x 8 answers of two models to faces with n `labels`."""
    right = [answers.argmax(axis=1) == labels for answers in (one, other)]
    sureness = np.minimum(one.max(axis=1), other.max(axis=1))
    order = np.argsort(-sureness, kind="stable")
    return Duel(
        accuracy=(float(right[0].mean()), float(right[1].mean())),
        p=mcnemar(*right),
        confusions=(_shares_of(one, labels), _shares_of(other, labels)),
        disagree=order[(right[0] != right[1])[order]],
        both_wrong=order[~(right[0] | right[1])[order]],
    )


def _shares_of(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return shares(metrics.confusion_matrix(answers, labels))


def shares(confusion: np.ndarray) -> np.ndarray:
    """Counts of labels x answers as shares of each label's faces; NaN for a label that no face has."""
    confusion = np.asarray(confusion, float)
    faces = confusion.sum(axis=1, keepdims=True)
    return np.divide(confusion, faces, out=np.full(confusion.shape, np.nan), where=faces > 0)
