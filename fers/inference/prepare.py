"""From a face crop to what a network reads, and from what it says to our eight classes."""

import numpy as np
from PIL import Image

from fers.domain.emotions import Emotion
from fers.domain.models import InputSpec, OutputSpec
from fers.inference.model_folder import emotion_named


def to_input(faces: np.ndarray, spec: InputSpec) -> np.ndarray:
    """n x h x w x 3 RGB (uint8) to the float32 batch that `spec` describes."""
    prepared: np.ndarray = np.stack([_resized(Image.fromarray(face), spec) for face in faces]).astype(np.float32)
    low, high = spec.range
    prepared = prepared * np.float32((high - low) / 255) + np.float32(low)
    if spec.order == "BGR":
        prepared = prepared[..., ::-1]
    if spec.mean:
        prepared = (prepared - np.asarray(spec.mean, np.float32)) / np.asarray(spec.std, np.float32)
    if spec.layout == "NCHW":
        prepared = prepared.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(prepared)


def _resized(face: Image.Image, spec: InputSpec) -> np.ndarray:
    if spec.detail_px:
        face = face.resize((spec.detail_px, spec.detail_px), Image.Resampling.BILINEAR)
    # The sharpest way down: a small face that was enlarged to the common size comes back as it was.
    face = face.resize((spec.width, spec.height), Image.Resampling.LANCZOS)
    return np.asarray(face) if spec.channels == 3 else np.asarray(face.convert("L"))[..., None]


def to_emotions(outputs: np.ndarray, spec: OutputSpec) -> np.ndarray:
    """n x outputs, as the network says them, to n x 8 calibrated probabilities in the order of `Emotion`."""
    scores = outputs.astype(np.float64)
    if spec.kind != "logits":
        scores = np.log(scores.clip(1e-12))
    emotions = [emotion_named(name) for name in spec.classes]
    logits = np.full((len(scores), len(Emotion)), -np.inf)
    for column, emotion in enumerate(emotions):
        if emotion is not None:
            logits[:, emotion] = scores[:, column] / spec.temperature
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32)
