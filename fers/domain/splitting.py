"""Who goes into which split: whole people, so that no model is tested on somebody it has learned from."""

from collections.abc import Mapping

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.versions import Split, pseudonym

SHARES = {Split.TRAIN: 0.8, Split.VALIDATION: 0.1, Split.TEST: 0.1}
_UNLABELLED = len(Emotion)


def split_people(labels: Mapping[str, list[Emotion | None]], known: Mapping[str, Split], salt: str) -> dict[str, Split]:
    """The split of every person, given the labels of each one's faces.

    Whoever has a split already (`known`) keeps it, so that what was tested on is never learned from when the set grows.
    Newcomers come in an order that is random but always the same (a hash with `salt`), and each goes where faces of
    their expressions are missing most: so the splits come near to `SHARES` in every class, as far as whole people
    allow.
    """
    counts = {person: _count(theirs) for person, theirs in labels.items()}
    have = {split: np.zeros(_UNLABELLED + 1) for split in Split}
    chosen = {person: known[person] for person in labels if person in known}
    for person, split in chosen.items():
        have[split] += counts[person]
    newcomers = (person for person in labels if person not in known)
    for person in sorted(newcomers, key=lambda person: pseudonym(salt, person)):
        chosen[person] = _neediest(have, counts[person])
        have[chosen[person]] += counts[person]
    return chosen


def _neediest(have: Mapping[Split, np.ndarray], brought: np.ndarray) -> Split:
    """The split that lacks the largest part of its share, in the classes that the newcomer brings; of equals the first.
    So even of three people each split gets one."""
    total = sum(have.values()) + brought
    weights = brought / brought.sum()

    def lack(split: Split) -> float:
        wanted = SHARES[split] * total
        return float(weights @ ((wanted - have[split]) / np.maximum(wanted, 1e-9)))

    return max(Split, key=lack)


def _count(labels: list[Emotion | None]) -> np.ndarray:
    return np.bincount([_UNLABELLED if label is None else label for label in labels], minlength=_UNLABELLED + 1)
