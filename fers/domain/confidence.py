"""How well a confidence tells the right answers from the wrong ones.

All functions take `confidence` (n numbers, higher for surer; any scale, only their order counts) and `correct` (n
booleans: whether the answer was right). Faces of equal confidence can't be told apart: they are accepted together.
"""

import numpy as np


def risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What comes of answering only where the confidence reaches a threshold (El-Yaniv and Wiener, JMLR 2010).

    Returns three arrays with an entry for each threshold that makes a difference, from the strictest on: the
    thresholds, the coverage (share of faces answered, rising to 1) and the risk (share of those answers that are wrong,
    0 to 1).
    """
    thresholds, group, faces = np.unique(confidence, return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=~correct, minlength=len(thresholds))
    answered = faces[::-1].cumsum()
    return thresholds[::-1], answered / len(confidence), wrong[::-1].cumsum() / answered


def aurc(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Area under the risk-coverage curve, 0 to 1, lower is better (Geifman et al., ICLR 2019): the mean risk over the
    faces, each counted with the risk at which it is first answered. A confidence that knows nothing has the share of
    wrong answers."""
    _, coverage, risk = risk_coverage(confidence, correct)
    return float(risk @ np.diff(coverage, prepend=0))


def error_auroc(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Chance, 0 to 1, that a right answer has more confidence than a wrong one (equal ones count half): the area under
    the ROC curve of finding errors (Hendrycks and Gimpel, ICLR 2017). NaN when all answers are right or all wrong."""
    right, wrong = correct.sum(), (~correct).sum()
    if not right or not wrong:
        return float("nan")
    _, group, faces = np.unique(confidence, return_inverse=True, return_counts=True)
    ranks = (faces.cumsum() - (faces - 1) / 2)[group]
    return float((ranks[correct].sum() - right * (right + 1) / 2) / (right * wrong))


def least_confidence(confidence: np.ndarray, correct: np.ndarray, accuracy: float) -> float | None:
    """The lowest threshold whose answers are right in a share of at least `accuracy`, or None where there is none."""
    # Not 1 less the risk, which rounding makes a hair less than 0.93 where 7 of 100 are wrong.
    thresholds, _, right = risk_coverage(confidence, ~correct)
    good = np.flatnonzero(right >= accuracy)
    return float(thresholds[good[-1]]) if len(good) else None
