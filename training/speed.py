"""How long one face takes, for several models at once."""

import statistics
import time
from collections.abc import Sequence

import numpy as np

from fers.domain.images import FACE_SIDE
from fers.domain.interfaces import Classifier

ROUNDS = 30


def one_face_milliseconds(classifiers: Sequence[Classifier]) -> list[float]:
    """Medians from a 224 x 224 crop to eight probabilities, measured in turns so that whatever else the machine does
    meets all models alike."""
    face = np.random.default_rng(0).integers(0, 256, (1, FACE_SIDE, FACE_SIDE, 3), np.uint8)
    for classifier in classifiers:
        classifier.predict(face)
    taken: list[list[float]] = [[] for _ in classifiers]
    for _ in range(ROUNDS):
        for times, classifier in zip(taken, classifiers, strict=True):
            started = time.perf_counter()
            classifier.predict(face)
            times.append((time.perf_counter() - started) * 1000)
    return [statistics.median(times) for times in taken]
