"""ImageStore on a folder: `images/ab/<key>.jpg`, where `ab` are the key's first letters."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from fers.storage.shared.image_keys import image_not_found, other_image_exists, require_image_key
from fers.storage.sqlite.disk import Disk
from fers.storage.sqlite.failures import explained_disk


class SqliteImages:
    def __init__(self, folder: Path, disk: Disk | None = None):
        """Keep images in `folder`/images, as long as there is room on `disk`. Raises StoreUnavailable."""
        self._disk = disk
        self._root = folder / "images"
        with explained_disk():
            _make_folder(self._root)

    def put(self, key: str, data: bytes) -> None:
        """Putting the same bytes again does nothing. Raises AlreadyExists when the key has others."""
        path = self._path(key)
        with explained_disk():
            if path.exists():
                _require_same(path, data)
                return
            if self._disk is not None:
                self._disk.require_room()
            _make_folder(path.parent)
            unfinished = path.with_name(f"{key}.{secrets.token_hex(4)}.part")
            try:
                _write_durably(unfinished, data)
                unfinished.replace(path)
                _make_durable(path.parent)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                path.unlink(missing_ok=True)
                raise

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with explained_disk():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                raise image_not_found() from None

    def delete(self, key: str) -> None:
        """Also removes what a killed `put` left unfinished."""
        path = self._path(key)
        with explained_disk():
            if not path.parent.is_dir():
                return
            for file in (path, *path.parent.glob(f"{key}.*.part")):
                file.unlink(missing_ok=True)
            _make_durable(path.parent)

    def keys(self) -> Iterator[str]:
        with explained_disk():
            for folder in sorted(self._root.iterdir()):
                yield from sorted(file.stem for file in folder.glob(f"{folder.name}*.jpg"))

    def _path(self, key: str) -> Path:
        """No other file can be named than an image, whatever `key` is."""
        require_image_key(key)
        return self._root / key[:2] / f"{key}.jpg"


def _require_same(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise other_image_exists()


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_durable(path.parent)


def _make_durable(folder: Path) -> None:
    """A new or removed name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
