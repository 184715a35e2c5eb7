"""Probabilities, logits or independent scores: what the outputs of a network are, judged on the classes it names."""

import itertools

import numpy as np

from fers.inference.model_folder import emotion_named

SUM_TOLERANCE = 0.02
"""How far from 1 probabilities may sum: quantised networks round."""
_MOST_OTHERS = 6


def judged(outputs: np.ndarray, classes: list[str] | None = None) -> str:
    """One of OUTPUT_KINDS for n x outputs, called `classes` (all of which are taken for emotions where None).

    Probabilities may be shared with names that mean no emotion ("unknown"), or not (valence beside a softmax).
    """
    meant = [classes is None or emotion_named(name) is not None for name in classes or outputs[0]]
    named, others = outputs[:, meant], outputs[:, np.logical_not(meant)]
    if (named < -1e-3).any() or (named > 1 + 1e-3).any():
        return "logits"
    counts = range(others.shape[1] + 1 if others.shape[1] <= _MOST_OTHERS else 1)
    sharing = itertools.chain.from_iterable(itertools.combinations(others.T, count) for count in counts)
    sums = (named.sum(axis=1) + sum(columns) for columns in sharing)
    return "probabilities" if any(np.abs(total - 1).max() < SUM_TOLERANCE for total in sums) else "scores"


def fault(outputs: np.ndarray, classes: list[str], described: str) -> str | None:
    """What is wrong with `outputs` that are `described` so, with the remedy; None when they may be that."""
    kind = judged(outputs, classes)
    remedy = f'describe them as "kind": "{kind}".'
    if described == "probabilities" and kind != described:
        return f"Its answers are not probabilities that sum to 1: {remedy}"
    if described == "scores" and kind == "logits":
        return f"Its answers are not scores between 0 and 1: {remedy}"
    if described == "logits" and kind != described:
        return f"Its answers all lie between 0 and 1, which logits do not: {remedy}"
    return None
