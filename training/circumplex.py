"""Valence and arousal of faces that people only voted on by class."""

import numpy as np

from fers.datasets import FaceSet
from fers.domain.circumplex import POSITIONS
from fers.domain.emotions import Emotion

_POSITIONS = np.array([POSITIONS[emotion] for emotion in Emotion], np.float32)


def circumplex(distributions: np.ndarray) -> np.ndarray:
    """Return n x 2 valence and arousal in [-1, 1]: the mean of the emotions' positions on the circumplex (Russell
    1980), weighted by the votes, of which `distributions` holds n x 8 shares.

    These numbers are derived from the classes, not told by people who saw the face: a network that learns them learns
    nothing about the face that its classes don't say.
    """
    return distributions @ _POSITIONS


def valence_arousal(faces: FaceSet) -> np.ndarray:
    """Return n x 2 valence and arousal in [-1, 1], NaN where unknown: as people judged the faces or, where the
    whole set knows neither, from the classes."""
    return circumplex(faces.targets) if faces.valence_arousal is None else faces.valence_arousal
