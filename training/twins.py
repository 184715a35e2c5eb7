"""Pictures that two sets share, pixel by pixel: FER+'s splits repeat hundreds of theirs, and a network that has learned
from a picture is not measured by it."""

from hashlib import sha256

from fers.datasets import FaceSet


def twins(faces: FaceSet, others: FaceSet) -> list[int]:
    """The indices of those in `faces` whose picture is in `others` too."""
    known = {_pixels(others, index) for index in range(len(others))}
    return [index for index in range(len(faces)) if _pixels(faces, index) in known]


def apart(learning: FaceSet, validation: FaceSet) -> FaceSet:
    """`learning` without its twins in `validation`."""
    left_out = set(twins(learning, validation))
    return learning.only([index for index in range(len(learning)) if index not in left_out])


def _pixels(faces: FaceSet, index: int) -> bytes:
    image = faces.image(index)
    return sha256(repr(image.size).encode() + image.tobytes()).digest()
