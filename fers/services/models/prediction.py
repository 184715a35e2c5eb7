"""Prediction on files, for tools that work beside the app and keep nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fers.domain.boxes import Box
from fers.domain.emotions import LABELS
from fers.domain.images import PhotoLimits, check_photo, crop
from fers.errors import ImageRejected

if TYPE_CHECKING:
    from fers.domain.interfaces import Classifier, FaceDetector

LIMITS = PhotoLimits(smallest_side=16)
"""Benchmark faces are small (FER+: 48 pixels), so tools accept less than participants are asked for."""


def predict_file(path: Path, classifier: "Classifier", detector: "FaceDetector | None") -> dict[str, Any]:
    """What `classifier` says about the largest face in an image file, or the whole image without a `detector`.

    Returns `image`, `model`, `box` ([left, top, width, height] in pixels, None for the whole image), `top3`, `sure`
    (whether the largest confidence reaches what the model asks for) and `probabilities`. Raises ImageRejected when the
    file is not an image that FERS accepts.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageRejected("photo.unreadable", problem=error.strerror) from error
    with check_photo(data, LIMITS).pixels() as pixels:
        face, box = proposed_face(pixels, classifier, detector)
    probabilities = classifier.predict(face[None])[0]
    return {
        "image": str(path),
        "model": classifier.info.id,
        "box": box.as_list() if box else None,
        "top3": [{"emotion": LABELS[i], "confidence": float(probabilities[i])} for i in np.argsort(-probabilities)[:3]],
        "sure": bool(probabilities.max() >= classifier.info.output.least_confidence),
        "probabilities": dict(zip(LABELS, map(float, probabilities), strict=True)),
    }


def proposed_face(
    pixels: Image.Image, classifier: "Classifier", detector: "FaceDetector | None"
) -> tuple[np.ndarray, Box | None]:
    """The largest face found in an RGB picture, cropped with the context `classifier` likes (uint8), and its box; the
    whole picture and None without a `detector` or a face."""
    faces = detector.detect(pixels) if detector else []
    box = faces[0].with_context(classifier.info.crop_scale, pixels.size) if faces else None
    return crop(pixels, box or Box(0, 0, *pixels.size)), box
