"""Scores of very many resamples: what a score follows from is counted once, so that a resample costs a few counts."""

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.metrics import bins_of, macro_f1

CLASSES = len(Emotion)


class ModelSums:
    """One model's answers to n faces, ready to be scored on any sample of them."""

    def __init__(self, answers: np.ndarray, labels: np.ndarray):
        """`answers`: n x 8 probabilities; `labels`: n class ids."""
        surest_last = np.argsort(answers.max(axis=1), kind="stable")
        answers, labels = answers[surest_last], labels[surest_last]
        self._place = np.argsort(surest_last)
        guesses, confidence = answers.argmax(axis=1), answers.max(axis=1)
        best = np.argsort(-answers, axis=1, kind="stable")[:, :3]
        self._right = guesses == labels
        self._cell = (labels * CLASSES + guesses) * 2 + (best == labels[:, None]).any(axis=1)
        self._bin = bins_of(confidence)
        self._off = self._right - confidence.astype(float)
        _, self._alike = np.unique(confidence, return_index=True)

    def scores(self, sample: np.ndarray) -> np.ndarray:
        """The scores of `Scores.NAMES` on a sample of the faces (indices)."""
        drawn, n = np.bincount(self._place[sample], minlength=len(self._place)), len(sample)
        cells = np.bincount(self._cell, weights=drawn, minlength=2 * CLASSES**2).reshape(CLASSES, CLASSES, 2)
        confusion = cells.sum(axis=2)
        off = np.bincount(self._bin, weights=drawn * self._off)
        return np.array(
            [
                confusion.trace() / n,
                cells[:, :, 1].sum() / n,
                macro_f1(confusion),
                balanced_accuracy(confusion),
                np.abs(off).sum() / n,
                self._auroc(drawn),
            ]
        )

    def _auroc(self, drawn: np.ndarray) -> float:
        """See `error_auroc`. The faces are in order of their confidence; those of equal confidence count together."""
        right = drawn * self._right
        if len(self._alike) < len(drawn):
            drawn, right = np.add.reduceat(drawn, self._alike), np.add.reduceat(right, self._alike)
        wrong = drawn - right
        pairs = wrong.sum() * right.sum()
        if not pairs:
            return float("nan")
        return float(right @ (wrong.cumsum() - wrong / 2) / pairs)


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Mean recall, 0 to 1, of the labels that occur, of labels x answers."""
    faces = confusion.sum(axis=1)
    return float((np.diagonal(confusion)[faces > 0] / faces[faces > 0]).mean())
