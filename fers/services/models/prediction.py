"""Prediction on files, for tools that work beside the app and keep nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fers.domain.boxes import Box
from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import LABELS
from fers.domain.faces import Prediction
from fers.domain.images import PhotoLimits, check_photo, crop
from fers.errors import ImageRejected

if TYPE_CHECKING:
    from fers.domain.interfaces import Classifier, FaceDetector

LIMITS = PhotoLimits(smallest_side=16)
"""Benchmark faces are small (FER+: 48 pixels), so tools accept less than participants are asked for."""


def prediction_of(classifier: "Classifier", face: np.ndarray, now: Clock = utc_now) -> Prediction:
    """What a model says about one face, 224 x 224 x 3 RGB (uint8)."""
    info, said = classifier.info, classifier.answer(face[None])
    valence, arousal = (None, None) if said.valence_arousal is None else map(float, said.valence_arousal[0])
    return Prediction(
        info.id,
        info.version,
        tuple(map(float, said.probabilities[0])),
        now(),
        info.output.least_confidence,
        None if said.familiarity is None else float(said.familiarity[0]),
        info.output.least_familiarity,
        valence,
        arousal,
    )


def predict_file(path: Path, classifier: "Classifier", detector: "FaceDetector | None") -> dict[str, Any]:
    """What `classifier` says about the largest face in an image file, or the whole image without a `detector`.

    Returns `image`, `model`, `box` ([left, top, width, height] in pixels, None for the whole image), `top3`, `can_tell`
    (whether it is a face like those that the model learned from), `sure` (whether the largest confidence, too, reaches
    what the model asks for), `probabilities`, and `familiarity`, `valence` and `arousal`, None where the model doesn't
    say them. Raises ImageRejected when the file is not an image that FERS accepts.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageRejected("photo.unreadable", problem=error.strerror) from error
    with check_photo(data, LIMITS).pixels() as pixels:
        face, box = proposed_face(pixels, classifier, detector)
    said = prediction_of(classifier, face)
    return {
        "image": str(path),
        "model": classifier.info.id,
        "box": box.as_list() if box else None,
        "top3": [{"emotion": emotion.label, "confidence": share} for emotion, share in said.top(3)],
        "can_tell": said.can_tell,
        "sure": said.sure,
        "probabilities": dict(zip(LABELS, said.probabilities, strict=True)),
        "familiarity": said.familiarity,
        "valence": said.valence,
        "arousal": said.arousal,
    }


def proposed_face(
    pixels: Image.Image, classifier: "Classifier", detector: "FaceDetector | None"
) -> tuple[np.ndarray, Box | None]:
    """The largest face found in an RGB picture, cropped with the context `classifier` likes (uint8), and its box; the
    whole picture and None without a `detector` or a face."""
    faces = detector.detect(pixels) if detector else []
    box = faces[0].with_context(classifier.info.crop_scale, pixels.size) if faces else None
    return crop(pixels, box or Box(0, 0, *pixels.size)), box
