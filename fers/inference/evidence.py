"""How well a way of reading a network fits: by faces whose expression is known, and by what needs no labels."""

from dataclasses import dataclass

import numpy as np

LEAST_PROBABILITY = 0.01
"""Taken for smaller ones, so that no single sure mistake outweighs the other faces."""
MOST_SILENT = 0.2
"""Nats that evidence without labels adds at most."""
NOT_WORSE = 0.02
"""Nats by which one kind of evidence may be less before it speaks against a reading."""


def logarithms(probabilities: np.ndarray) -> np.ndarray:
    logs: np.ndarray = np.log(probabilities.clip(LEAST_PROBABILITY))
    return logs


@dataclass(frozen=True)
class Evidence:
    """All in nats a face; more is better."""

    labels: float
    """Mean log-probability of what the faces are known to show, each class weighing the same."""
    agreement: float | None
    """Mean log-probability of what the model in use says of them; None where there is none."""
    sureness: float
    """How far the answers are from knowing nothing: minus their mean entropy."""
    distinctness: float
    """How much the answers tell faces apart, and stay the same when only light and place change."""

    def gain_over(self, other: "Evidence") -> float:
        """By how much a reading fits better than another: by what speaks of the expressions, and by what needs no
        labels, in so far as that says the same and no more than MOST_SILENT, since a network that is fed wildly can be
        surer than ever."""
        spoken = [self.labels - other.labels]
        if self.agreement is not None and other.agreement is not None:
            spoken.append(self.agreement - other.agreement)
        silent = [self.sureness - other.sureness, self.distinctness - other.distinctness]
        fits = float(np.mean(spoken))
        if fits > 0 and min(silent) < -NOT_WORSE:
            return fits
        most = min(MOST_SILENT, 2 * abs(fits))
        return fits + float(np.clip(np.mean(silent), -most if fits < 0 else 0, most if fits > 0 else 0))


def weighed(
    answers: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None, views: np.ndarray, faces_of_views: np.ndarray
) -> Evidence:
    """The evidence of n x 8 `answers` for faces with n `labels`, of which the model in use says `trusted` (n x 8), and
    of m x 8 answers for `views` of faces that are given by number."""
    logs = logarithms(answers)
    return Evidence(
        labels=float(np.mean([logs[labels == label, label].mean() for label in np.unique(labels)])),
        agreement=None if trusted is None else float((trusted * logs).sum(axis=1).mean()),
        sureness=-float(_entropy(views).mean()),
        distinctness=_distinctness(views, faces_of_views),
    )


def _distinctness(views: np.ndarray, faces: np.ndarray) -> float:
    """The information that an answer, whatever the view, holds about whose face it is."""
    a_face = np.stack([views[faces == face].mean(axis=0) for face in np.unique(faces)])
    return float(_entropy(a_face.mean(axis=0)) - _entropy(a_face).mean())


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    nats: np.ndarray = -(probabilities * np.log(probabilities.clip(1e-9))).sum(axis=-1)
    return nats
