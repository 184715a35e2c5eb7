"""The scores that models are compared by when some faces may not have been found."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fers.domain import confidence, metrics


@dataclass(frozen=True)
class Scores:
    """Shares from 0 to 1 over all faces; a face that was not found counts as answered wrongly."""

    NAMES: ClassVar[tuple[str, ...]] = ("top1", "top3", "macro_f1", "balanced_accuracy", "ece", "error_auroc")
    INFLATED: ClassVar[frozenset[str]] = frozenset({"ece"})
    """Those that chance makes larger and never smaller: see `bootstrap_interval`."""

    top1: float
    top3: float
    macro_f1: float
    balanced_accuracy: float
    """Mean recall of the classes that some face has."""
    ece: float
    """Over the faces found, since only they have a confidence; so is `error_auroc`."""
    error_auroc: float
    """How well the confidence tells right answers from wrong ones; NaN when all are alike."""
    recall: np.ndarray
    """Of each class; NaN for a class that no face has."""

    def as_array(self) -> np.ndarray:
        """The scores in the order of NAMES, then the recalls."""
        return np.array([*(getattr(self, name) for name in self.NAMES), *self.recall])


def score(probabilities: np.ndarray, labels: np.ndarray, found: np.ndarray) -> Scores:
    """Score n x 8 `probabilities` of faces with n `labels`, of which those with `found` were found."""
    answers, truth = probabilities[found], labels[found]
    classes = probabilities.shape[1]
    faces = np.bincount(labels, minlength=classes)
    if not len(truth):
        return Scores(0.0, 0.0, 0.0, 0.0, float("nan"), float("nan"), np.where(faces > 0, 0.0, np.nan))
    confusion = metrics.confusion_matrix(answers, truth)
    share = found.mean()
    occurring = faces + confusion.sum(axis=0)
    recall = np.divide(confusion.diagonal(), faces, out=np.full(classes, np.nan), where=faces > 0)
    f1 = 2 * confusion.diagonal()[occurring > 0] / occurring[occurring > 0]
    return Scores(
        top1=share * metrics.top_k_accuracy(answers, truth, 1),
        top3=share * metrics.top_k_accuracy(answers, truth, 3),
        macro_f1=float(f1.mean()),
        balanced_accuracy=float(np.nanmean(recall)),
        ece=metrics.expected_calibration_error(answers, truth),
        error_auroc=confidence.error_auroc(answers.max(axis=1), answers.argmax(axis=1) == truth),
        recall=recall,
    )
