"""What the operating system and SQLite say when they can't work, in words for whoever can do something about it."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from fers.errors import OutOfOrder, StoreUnavailable


def busy() -> StoreUnavailable:
    return StoreUnavailable("store.busy")


_DISK_FULL = partial(OutOfOrder, "disk.full")
_READ_ONLY = partial(OutOfOrder, "store.read-only")
_NO_FOLDER = partial(OutOfOrder, "store.no-folder")
_OTHER = partial(OutOfOrder, "store.unusable")

_BY_ERRNO = {
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.ENOENT: _NO_FOLDER,
    errno.ENAMETOOLONG: _NO_FOLDER,
}
_BY_SQLITE_CODE: dict[int, Callable[[], StoreUnavailable]] = {
    sqlite3.SQLITE_BUSY: busy,
    sqlite3.SQLITE_LOCKED: busy,
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_NOTADB: partial(OutOfOrder, "store.not-a-database"),
    sqlite3.SQLITE_CORRUPT: partial(OutOfOrder, "store.damaged"),
}


def disk_failure(error: OSError) -> StoreUnavailable:
    return _BY_ERRNO.get(error.errno or 0, _OTHER)()


def database_failure(error: sqlite3.Error) -> StoreUnavailable:
    extended = getattr(error, "sqlite_errorcode", None) or 0
    return _BY_SQLITE_CODE.get(extended & 0xFF, _OTHER)()


@contextmanager
def explained_disk() -> Iterator[None]:
    """Turn what the operating system says into StoreUnavailable."""
    try:
        yield
    except OSError as error:
        raise disk_failure(error) from error
