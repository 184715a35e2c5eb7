"""How far annotators agree about the emotion, the valence and the arousal of the same faces."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fers.analysis.coefficients import cohen_kappa, fleiss_kappa, interval_alpha, nominal_alpha
from fers.analysis.estimates import Bootstrap, Estimate, share_of
from fers.analysis.votes import Votes, collect
from fers.domain.emotions import Emotion
from fers.domain.labels import Label

CLASSES = len(Emotion)


@dataclass(frozen=True)
class AnnotatorAgreement:
    with_others: Estimate
    """Share, 0 to 1, of the other annotators' labels of the same faces that say the same."""
    alpha_without: Estimate
    """Krippendorff's alpha of everybody else. Where it is above everybody's, this annotator lowers it."""


@dataclass(frozen=True)
class Agreement:
    """The agreement among annotators. A label counts with its largest share (see `Label.emotion`); one whose verdict is
    no emotion counts as missing. Every estimate needs faces that two annotators labelled."""

    emotion: Estimate
    """Krippendorff's alpha, nominal: any two different emotions disagree equally."""
    valence: Estimate
    """Krippendorff's alpha, interval: disagreement grows with the square of the difference."""
    arousal: Estimate
    fleiss: Estimate
    """Fleiss' kappa, over the faces with `fleiss_labels` labels."""
    fleiss_labels: int
    """The number of labels, two or more, that most faces have, the larger of equals; 0 if no face has two."""
    by_class: dict[Emotion, Estimate]
    """Krippendorff's alpha of "this emotion or another"."""
    seen: dict[Emotion, int]
    """In how many faces, of those with two labels or more, somebody saw this emotion: what its alpha rests on."""
    by_annotator: dict[str, AnnotatorAgreement]
    by_pair: dict[tuple[str, str], Estimate]
    """Cohen's kappa of every two annotators, the lesser id first, over the faces both labelled."""
    confusion: np.ndarray
    """8 x 8 counts: how often one annotator said the row's emotion and another the column's of the same face. Every two
    labels count in both orders, so that it is symmetrical."""


def agreement(labels: Iterable[Label], resamples: int = 1000, seed: int = 0) -> Agreement:
    """The agreement that `labels`, at most one for each annotator and face, show. The same labels, in any order, give
    the same numbers."""
    labels = tuple(labels)
    bootstrap = Bootstrap(resamples, seed)
    votes = collect(labels, lambda label: label.emotion)
    counts = votes.counts(CLASSES)
    fleiss, fleiss_labels = _fleiss(counts, bootstrap)
    return Agreement(
        emotion=_alpha(counts, bootstrap),
        valence=_alpha_of_numbers(collect(labels, lambda label: label.valence), bootstrap),
        arousal=_alpha_of_numbers(collect(labels, lambda label: label.arousal), bootstrap),
        fleiss=fleiss,
        fleiss_labels=fleiss_labels,
        by_class={emotion: _alpha(_this_or_another(counts, emotion), bootstrap) for emotion in Emotion},
        seen={emotion: int((counts[counts.sum(axis=1) > 1, emotion] > 0).sum()) for emotion in Emotion},
        by_annotator={
            name: _of_annotator(*votes.of(index), counts, bootstrap) for index, name in enumerate(votes.annotators)
        },
        by_pair=_by_pair(votes, bootstrap),
        confusion=counts.T @ counts - np.diag(counts.sum(axis=0)),
    )


def agreement_with_sets(labels: Iterable[Label]) -> Estimate:
    """The share, 0 to 1, of the annotators' labels that say what an imported set itself says of the same face. Labels
    whose verdict is no emotion are left out."""
    emotions = [(label.face_id, label.emotion, label.of_a_set) for label in labels if label.emotion is not None]
    by_set = {face_id: emotion for face_id, emotion, of_a_set in emotions if of_a_set}
    hits: dict[str, list[bool]] = defaultdict(list)
    for face_id, emotion, of_a_set in emotions:
        if face_id in by_set and not of_a_set:
            hits[face_id].append(emotion is by_set[face_id])
    agreeing, comparisons = (np.array([count(same) for same in hits.values()], int) for count in (sum, len))
    return share_of(agreeing, comparisons, labels=comparisons.sum())


def _alpha(counts: np.ndarray, bootstrap: Bootstrap) -> Estimate:
    counts = counts[counts.sum(axis=1) > 1]
    return bootstrap.estimate(counts, nominal_alpha, labels=counts.sum())


def _this_or_another(counts: np.ndarray, emotion: Emotion) -> np.ndarray:
    return np.stack([counts[:, emotion], counts.sum(axis=1) - counts[:, emotion]], axis=1)


def _alpha_of_numbers(votes: Votes, bootstrap: Bootstrap) -> Estimate:
    faces = len(votes.faces)
    powers = (np.bincount(votes.face, weights=votes.value**power, minlength=faces) for power in range(3))
    moments = np.stack(list(powers), axis=1)
    moments = moments[moments[:, 0] > 1]
    return bootstrap.estimate(moments, interval_alpha, labels=moments[:, 0].sum())


def _fleiss(counts: np.ndarray, bootstrap: Bootstrap) -> tuple[Estimate, int]:
    labels = counts.sum(axis=1)
    numbers, faces = np.unique(labels[labels > 1], return_counts=True)
    _, most = max(zip(faces.tolist(), numbers.tolist(), strict=True), default=(0, 0))
    same = counts[(labels == most) & (labels > 1)]
    return bootstrap.estimate(same, fleiss_kappa, labels=same.sum()), most


def _of_annotator(
    faces: np.ndarray, outcomes: np.ndarray, counts: np.ndarray, bootstrap: Bootstrap
) -> AnnotatorAgreement:
    others = counts.copy()
    others[faces, outcomes] -= 1
    agreeing, comparisons = others[faces, outcomes], others[faces].sum(axis=1)
    seen = comparisons > 0
    return AnnotatorAgreement(
        with_others=share_of(agreeing[seen], comparisons[seen], labels=seen.sum() + comparisons.sum()),
        alpha_without=_alpha(others, bootstrap),
    )


def _by_pair(votes: Votes, bootstrap: Bootstrap) -> dict[tuple[str, str], Estimate]:
    labels = {name: votes.of(index) for index, name in enumerate(votes.annotators)}
    return {
        (first, second): _kappa(labels[first], labels[second], bootstrap)
        for first, second in combinations(votes.annotators, 2)
    }


def _kappa(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], bootstrap: Bootstrap
) -> Estimate:
    (faces, outcomes), (other_faces, other_outcomes) = first, second
    _, mine, theirs = np.intersect1d(faces, other_faces, assume_unique=True, return_indices=True)
    pairs = np.stack([outcomes[mine], other_outcomes[theirs]], axis=1)
    return bootstrap.estimate(pairs, cohen_kappa, labels=pairs.size)
