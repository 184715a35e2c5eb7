"""From a face crop to what a network reads, and from what it says to our eight classes."""

import numpy as np
from PIL import Image

from fers.domain.emotions import Emotion
from fers.domain.models import InputSpec


def to_input(faces: np.ndarray, spec: InputSpec) -> np.ndarray:
    """n x h x w x 3 RGB (uint8) to n x `spec.height` x `spec.width` x `spec.channels` (float32, in `spec.range`)."""
    prepared = np.stack([_resized(Image.fromarray(face), spec) for face in faces]).astype(np.float32)
    low, high = spec.range
    return prepared * np.float32((high - low) / 255) + np.float32(low)


def _resized(face: Image.Image, spec: InputSpec) -> np.ndarray:
    if spec.detail_px:
        face = face.resize((spec.detail_px, spec.detail_px), Image.Resampling.BILINEAR)
    face = face.resize((spec.width, spec.height), Image.Resampling.BILINEAR)
    return np.asarray(face) if spec.channels == 3 else np.asarray(face.convert("L"))[..., None]


def to_emotions(probabilities: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Reorder the columns of n x 8 `probabilities` from `classes` to the order of `Emotion`."""
    order = [Emotion.from_label(name) for name in classes]
    reordered = np.empty_like(probabilities)
    reordered[:, order] = probabilities
    return reordered
