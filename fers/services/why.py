"""Why a model says what it says of a stored face: which pixels mattered."""

from dataclasses import dataclass

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.faces import Prediction
from fers.domain.interfaces import Classifier


@dataclass(frozen=True)
class Explained:
    """What a model says of a face, and what it looked at."""

    face: np.ndarray
    """224 x 224 x 3 RGB, uint8."""
    prediction: Prediction
    maps: list[tuple[Emotion, np.ndarray]]
    """For each of its top three, which pixels spoke for it: 224 x 224 from 0 to 1."""


def explained(classifier: Classifier, face: np.ndarray, prediction: Prediction) -> Explained:
    """`prediction`: what `classifier` says of `face` (224 x 224 x 3 RGB, uint8)."""
    emotions = [emotion for emotion, _ in prediction.top(3)]
    return Explained(face, prediction, list(zip(emotions, classifier.explain(face, emotions), strict=True)))
