"""What the operating system and SQLite say when they can't work, in words for whoever can do something about it."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from fers.errors import OutOfOrder, StoreUnavailable

_BUSY = ("FERS is busy.", "Try again in a moment.")
_DISK_FULL = ("The disk is full.", "Free some space, then try again.")
_READ_ONLY = ("The store can't be written.", "Make its folder writable for the user that runs FERS.")
_OTHER = ("The store can't be used at the moment.", "Try again; if it stays like this, run `python -m fers doctor`.")

_BY_ERRNO = {
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_NOTADB: ("The store's database file is not a database.", "Restore it from a backup."),
    sqlite3.SQLITE_CORRUPT: ("The store's database is damaged.", "Restore it from a backup."),
}


def busy() -> StoreUnavailable:
    return StoreUnavailable(*_BUSY)


def disk_failure(error: OSError) -> StoreUnavailable:
    return OutOfOrder(*_BY_ERRNO.get(error.errno or 0, _OTHER))


def database_failure(error: sqlite3.Error) -> StoreUnavailable:
    extended = getattr(error, "sqlite_errorcode", None) or 0
    words = _BY_SQLITE_CODE.get(extended & 0xFF, _OTHER)
    return busy() if words is _BUSY else OutOfOrder(*words)


@contextmanager
def explained_disk() -> Iterator[None]:
    """Turn what the operating system says into StoreUnavailable."""
    try:
        yield
    except OSError as error:
        raise disk_failure(error) from error
