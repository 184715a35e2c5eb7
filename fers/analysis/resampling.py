"""Scores of very many resamples: what a score follows from is counted once, so that a resample costs a few counts."""

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.metrics import ECE_BINS

CLASSES = len(Emotion)


class ModelSums:
    """One model's answers to n faces, ready to be scored on any sample of them."""

    def __init__(self, answers: np.ndarray, labels: np.ndarray):
        """`answers`: n x 8 probabilities; `labels`: n class ids."""
        said, confidence = answers.argmax(axis=1), answers.max(axis=1).astype(float)
        right = said == labels
        best = np.argsort(-answers, axis=1, kind="stable")[:, :3]
        is_in_top3 = (best == labels[:, None]).any(axis=1)
        self._cell = (labels * CLASSES + said) * 2 + is_in_top3
        in_bin = np.clip(np.ceil(answers.max(axis=1) * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
        self._bin = in_bin * 2 + right
        self._confidence = confidence
        distinct, place = np.unique(answers.max(axis=1), return_inverse=True)
        self._rank = place * 2 + right
        self._ranks = len(distinct)

    def scores(self, sample: np.ndarray) -> np.ndarray:
        """The scores of `Scores.NAMES` on a sample of the faces (indices)."""
        cells = np.bincount(self._cell[sample], minlength=2 * CLASSES**2).reshape(CLASSES, CLASSES, 2)
        confusion, n = cells.sum(axis=2), len(sample)
        return np.array(
            [
                confusion.trace() / n,
                cells[:, :, 1].sum() / n,
                macro_f1(confusion),
                balanced_accuracy(confusion),
                self._ece(sample),
                self._auroc(sample),
            ]
        )

    def _ece(self, sample: np.ndarray) -> float:
        bins = self._bin[sample]
        right = np.bincount(bins, minlength=2 * ECE_BINS)[1::2]
        confidence = np.bincount(bins // 2, weights=self._confidence[sample], minlength=ECE_BINS)
        return float(np.abs(right - confidence).sum() / len(sample))

    def _auroc(self, sample: np.ndarray) -> float:
        """See `error_auroc`."""
        counts = np.bincount(self._rank[sample], minlength=2 * self._ranks)
        wrong, right = counts[::2], counts[1::2]
        pairs = wrong.sum() * right.sum()
        if not pairs:
            return float("nan")
        return float(right @ (wrong.cumsum() - wrong / 2) / pairs)


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1, 0 to 1, over the classes that occur, of labels x answers; further columns hold answers that are no
    class and therefore wrong."""
    hits = np.diagonal(confusion)
    occurrences = confusion.sum(axis=1) + confusion[:, : len(hits)].sum(axis=0)
    occurs = occurrences > 0
    return float((2 * hits[occurs] / occurrences[occurs]).mean())


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Mean recall, 0 to 1, of the labels that occur, of labels x answers."""
    faces = confusion.sum(axis=1)
    return float((np.diagonal(confusion)[faces > 0] / faces[faces > 0]).mean())
