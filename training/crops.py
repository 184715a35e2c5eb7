"""The faces of a set as models get them: whole images, 224 x 224."""

import sys
from collections.abc import Iterator

import click
import numpy as np
from PIL import Image

from fers.datasets import FaceSet
from fers.domain.boxes import Box
from fers.domain.images import crop
from fers.domain.interfaces import Classifier

BATCH_SIZE = 64


def whole(image: Image.Image) -> Box:
    """The box around all of a picture."""
    return Box(0, 0, *image.size)


def _face(image: Image.Image) -> np.ndarray:
    return crop(image, whole(image))


def crops(faces: FaceSet) -> Iterator[np.ndarray]:
    """Go through the faces in order, in batches of n x 224 x 224 x 3 RGB (uint8)."""
    with click.progressbar(range(0, len(faces), BATCH_SIZE), label=faces.source, file=sys.stderr) as starts:
        for start in starts:
            indices = range(start, min(start + BATCH_SIZE, len(faces)))
            yield np.stack([_face(faces.image(index)) for index in indices])


def predictions(classifier: Classifier, faces: FaceSet) -> np.ndarray:
    """n x 8 probabilities, a row a face."""
    return np.concatenate([classifier.predict(batch) for batch in crops(faces)])
