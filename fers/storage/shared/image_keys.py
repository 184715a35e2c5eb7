"""Image keys: what may name a stored image, the same for every store."""

import re

from fers.errors import AlreadyExists, NotFound

_KEY = re.compile(r"[0-9a-f]{2,64}")


def require_image_key(key: str) -> str:
    """Return `key`. Raises NotFound for anything else than an id, so that it can name no other file."""
    if not _KEY.fullmatch(key):
        raise image_not_found()
    return key


def image_not_found() -> NotFound:
    return NotFound("photo.gone")


def other_image_exists() -> AlreadyExists:
    return AlreadyExists("photo.other-under-id")
