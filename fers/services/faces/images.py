"""The stored image of a face that is there."""

from fers.domain.faces import Face
from fers.domain.interfaces import ImageStore
from fers.errors import ImageLost, NotFound


def image_of(images: ImageStore, face: Face) -> bytes:
    """The image as it was stored. Raises ImageLost when the store has it no more."""
    try:
        return images.get(face.id)
    except NotFound as error:
        raise ImageLost("photo.lost") from error
