"""How people do at what models are asked to do: annotators against a label that is not their own."""

from collections.abc import Sequence

import numpy as np

from fers.analysis.leaderboard import BoardEntry, figures
from fers.analysis.resampling import CLASSES, balanced_accuracy
from fers.domain.consensus import OUTCOMES
from fers.domain.metrics import macro_f1

NAMES = ("top1", "macro_f1", "balanced_accuracy")
"""An annotator names one expression and no probabilities: the other scores don't apply."""
LEAST_VOTES = 3
"""On a face whose annotators are held against one another. One alone is held against nobody, and of two only those who
agree have a label to be held against, so that both would always be right."""


def people(votes: Sequence[Sequence[int]], owners: np.ndarray, labels: np.ndarray | None = None) -> BoardEntry | None:
    """Score annotators on n faces; None where there is nothing to score.

    `votes`: for each face the votes on it, as indices into `OUTCOMES`; `owners`: whose face it is. With `labels` (n
    class ids) every vote is held against the face's label. Without, it is held against the plurality of the other votes
    on the face (leave-one-out), of those that have `LEAST_VOTES`; where these tie, against each of the tied in equal
    shares, as if chance broke the tie.
    What is held against no emotion, or against nobody, is left out. "Can't tell" and "not a face" count as wrong. Every
    face counts once, its annotators share it. The interval is by drawing the people whose faces they are.
    """
    if labels is None:
        votes = [of_face if len(of_face) >= LEAST_VOTES else () for of_face in votes]
    face = np.repeat(np.arange(len(votes)), [len(of_face) for of_face in votes])
    outcomes = np.array([vote for of_face in votes for vote in of_face], int)
    truth = (
        np.eye(CLASSES)[np.asarray(labels, int)[face]] if labels is not None else _others(face, outcomes, len(votes))
    )
    pair, emotion = np.nonzero(truth)
    if not len(pair):
        return None
    scored, faces = np.unique(face[pair], return_inverse=True)
    return _scored(faces, np.asarray(owners)[scored], outcomes[pair], emotion, truth[pair, emotion])


def _others(face: np.ndarray, outcomes: np.ndarray, faces: int) -> np.ndarray:
    """Votes x classes: what most others on the vote's face say, 1 or shares of it where they tie."""
    counts = np.bincount(face * len(OUTCOMES) + outcomes, minlength=faces * len(OUTCOMES)).reshape(faces, len(OUTCOMES))
    others = counts[face]
    others[np.arange(len(outcomes)), outcomes] -= 1
    most = others.max(axis=1, initial=0, keepdims=True)
    leading = (others == most) & (most > 0)
    return leading[:, :CLASSES] / np.maximum(1, leading.sum(axis=1, keepdims=True))


def _scored(
    face: np.ndarray, owners: np.ndarray, outcomes: np.ndarray, truth: np.ndarray, weight: np.ndarray
) -> BoardEntry:
    faces = int(face.max()) + 1
    share = weight / np.bincount(face, weights=weight)[face]
    cell = truth * len(OUTCOMES) + outcomes

    def scores(sample: np.ndarray) -> np.ndarray:
        drawn = np.bincount(sample, minlength=faces)[face]
        weights = np.bincount(cell, weights=share * drawn, minlength=CLASSES * len(OUTCOMES))
        confusion = weights.reshape(CLASSES, len(OUTCOMES))
        return np.array([confusion.trace() / len(sample), macro_f1(confusion), balanced_accuracy(confusion)])

    return BoardEntry(faces, figures(NAMES, scores, owners), people=len(np.unique(owners)))
