"""The stored image of a face that is there."""

import hashlib

from fers.domain.faces import Face
from fers.domain.interfaces import ImageStore
from fers.errors import ImageLost, NotFound


def image_of(images: ImageStore, face: Face) -> bytes:
    """The image as it was stored. Raises ImageLost when the store has it no more."""
    try:
        return images.get(face.id)
    except NotFound as error:
        raise ImageLost("photo.lost") from error


def is_image_of(face: Face, data: bytes) -> bool:
    """Whether it is the image that was given, to the last bit."""
    return hashlib.sha256(data).hexdigest() == face.image.sha256
