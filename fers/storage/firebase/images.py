"""ImageStore on Cloud Storage: one object an image, `images/<key>.jpg`."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from google.api_core.exceptions import NotFound as NoSuchObject
from google.api_core.exceptions import PreconditionFailed
from google.cloud.storage import Blob

from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.failures import explained
from fers.storage.shared.image_keys import image_not_found, other_image_exists, require_image_key

_FOLDER = "images/"
_PAGE = 1000


class FirebaseImages:
    """An object appears whole or not at all, so there is nothing unfinished to clean up."""

    def __init__(self, client: FirebaseClient):
        self._bucket = client.bucket
        self._bounds = client.transfers

    def put(self, key: str, data: bytes) -> None:
        """Putting the same bytes again does nothing. Raises AlreadyExists when the key has others."""
        blob = self._blob(key)
        with explained():
            try:
                # Generation 0: only where nothing is yet. By the checksum the server refuses what the way has damaged.
                blob.upload_from_string(data, "image/jpeg", if_generation_match=0, checksum="md5", **self._bounds)
            except PreconditionFailed:
                blob.reload(**self._bounds)
                if blob.md5_hash != b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode():
                    raise other_image_exists() from None

    def get(self, key: str) -> bytes:
        blob = self._blob(key)
        with explained():
            try:
                data: bytes = blob.download_as_bytes(**self._bounds)
            except NoSuchObject:
                raise image_not_found() from None
        return data

    def delete(self, key: str) -> None:
        """Delete the very generation that is there: should the request arrive late, it spares what was put since."""
        name = self._blob(key).name
        with explained():
            blob = self._bucket.get_blob(name, **self._bounds)
            if blob is None:
                return
            with suppress(NoSuchObject, PreconditionFailed):
                blob.delete(if_generation_match=blob.generation, **self._bounds)

    def keys(self) -> Iterator[str]:
        with explained():
            listed = self._bucket.list_blobs(
                prefix=_FOLDER, page_size=_PAGE, fields="items(name),nextPageToken", **self._bounds
            )
            for blob in listed:
                yield PurePosixPath(blob.name).stem

    def _blob(self, key: str) -> Blob:
        return self._bucket.blob(f"{_FOLDER}{require_image_key(key)}.jpg")
