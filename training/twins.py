"""Pictures that two sets share, pixel by pixel: FER+'s splits repeat hundreds of theirs, and a network that has learned
from a picture is not measured by it."""

from hashlib import sha256

import click

from fers.datasets import FaceSet


def twins(faces: FaceSet, others: FaceSet) -> list[int]:
    """The indices of those in `faces` whose picture is in `others` too."""
    known = {digest(others, index) for index in range(len(others))}
    return [index for index in range(len(faces)) if digest(faces, index) in known]


def apart(learning: FaceSet, validation: FaceSet) -> FaceSet:
    """`learning` without its twins in `validation`."""
    left_out = set(twins(learning, validation))
    return learning.only([index for index in range(len(learning)) if index not in left_out])


def kept_apart(learning: FaceSet, validation: FaceSet) -> FaceSet:
    """`apart`, and how many that leaves out is said. Raises ValueError where it leaves none to learn from."""
    rest = apart(learning, validation)
    if left_out := len(learning) - len(rest):
        click.echo(f"{left_out} of the faces to learn from are pictures that are measured on: they are left out.")
    if not len(rest):
        raise ValueError("all of the faces to learn from are measured on: name others with --validate SPEC")
    return rest


def digest(faces: FaceSet, index: int) -> bytes:
    """Alike of faces with the same pixels, whatever their pictures are called and how they are packed."""
    image = faces.image(index)
    return sha256(repr(image.size).encode() + image.tobytes()).digest()
