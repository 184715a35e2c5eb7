"""The embedded store's SQLite database: one file that only its owner can read."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fers.errors import OutOfOrder, StoreUnavailable
from fers.storage.sqlite.disk import Disk
from fers.storage.sqlite.failures import busy, database_failure, disk_failure, explained_disk
from fers.storage.sqlite.fair_lock import FairLock
from fers.storage.sqlite.migrations import MIGRATIONS, migrate

FILE = "fers.sqlite3"
BEFORE = "fers.sqlite3.before"
"""The database as it was before the last update of FERS changed its shape."""
RESTORED = "restored"
"""A file of this name says that the database is an older copy, or is still to come, and may hold what people took back
since."""
UPDATING = "fers.sqlite3.updating"
"""Is there while that update is under way: after one that broke off, the copy before it is not made anew."""
PATIENCE_SECONDS = 20.0
"""How long one process waits for another before it gives up."""
_PRAGMAS = (
    f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000:.0f}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # A commit is on the disk when it returns: what was thanked for survives a power cut.
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # Deleted bytes become zeros, not free space that still holds them.
    "PRAGMA temp_store = MEMORY",
)


class Database:
    """An open database, safe to share between threads and with other processes.

    One connection for writing and one for reading, each behind a lock: the app's threads live for a single click, so a
    connection a thread would be opened and thrown away each time, and what is done here takes milliseconds. But whoever
    writes may have to wait for another process: those who read don't.
    """

    def __init__(self, folder: Path):
        """Open the database in `folder`, making both where needed. Raises StoreUnavailable."""
        self._lock, self._read_lock = threading.RLock(), threading.Lock()
        self._writer: int | None = None
        """The thread that is inside a transaction."""
        self.folder, self.disk = folder, Disk(folder)
        with explained_disk():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            self.disk.make_way()
            path = folder / FILE
            if not path.exists() and (folder / RESTORED).exists():
                raise OutOfOrder("store.half-restored", folder=folder)
            path.touch(mode=0o600)
            path.chmod(0o600)  # SQLite gives the files beside it the same mode.
            self._file = path.stat()
        self._before, self._updating = folder / BEFORE, folder / UPDATING
        self._between_threads = FairLock()
        self._between_processes = FileLock(folder / "fers.lock", mode=0o600, poll_interval=0.01)
        with self.exclusively(), _explained():
            self._connection, self._reader = _connect(path), _connect(path)
            weakref.finalize(self, _close, self._reader, self._connection)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise
        self.disk.fill()

    def _prepare(self) -> None:
        for pragma in _PRAGMAS:
            self._connection.execute(pragma)
        for pragma in (*_PRAGMAS, "PRAGMA query_only = ON"):
            self._reader.execute(pragma)
        self._copy_before_migrating()
        migrate(self._connection)
        self._updating.unlink(missing_ok=True)
        self._empty_log()  # A process killed while it deleted may have left the deleted bytes there.

    def _copy_before_migrating(self) -> None:
        """Leave a copy for whoever has to go back to the FERS before. It goes with the first thing that is erased:
        what people take back is in no file any more."""
        (taken,) = self._connection.execute("PRAGMA user_version").fetchone()
        if not 0 < taken < len(MIGRATIONS) or self._is_updating(taken):
            return
        self._updating.unlink(missing_ok=True)
        self._before.unlink(missing_ok=True)
        self._before.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(self._before)) as copy:
                self._connection.backup(copy)
        except BaseException:
            self._before.unlink(missing_ok=True)  # Of a disk that is full, half a copy would take what is left.
            raise
        with explained_disk():
            self._updating.touch(mode=0o600)

    def _is_updating(self, taken: int) -> bool:
        """Whether an update broke off between two steps, and its copy is of a database before this one."""
        if not (self._updating.exists() and self._before.exists()):
            return False
        with closing(sqlite3.connect(self._before)) as copy:
            (before,) = copy.execute("PRAGMA user_version").fetchone()
        return bool(before < taken)

    def rows(self, query: str, parameters: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query; inside a transaction, as it has changed them. Waits for nobody who writes. Raises
        StoreUnavailable."""
        if self._writer == threading.get_ident():
            with _explained():
                return self._connection.execute(query, parameters).fetchall()
        with self._read_lock, _explained():
            return self._reader.execute(query, parameters).fetchall()

    @contextmanager
    def transaction(self, *, large: bool = False, patient: bool = True) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction, rolled back when it raises.

        `large`: of those that fill the disk. They are refused while little of it is left, so that the others go on.
        Unless `patient`, it doesn't wait for anybody else who writes. Raises StoreUnavailable.
        """
        self.disk.require_room() if large else self.disk.make_way()
        with self._turn(patient), _explained():
            self._connection.execute("BEGIN IMMEDIATE")
            self._writer = threading.get_ident()
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite has rolled back by itself when the disk is full.
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._writer = None

    @contextmanager
    def _turn(self, patient: bool) -> Iterator[None]:
        """Have the connection for writing."""
        if not self._lock.acquire(timeout=PATIENCE_SECONDS if patient else 0):
            raise busy()
        try:
            if not patient:
                self._connection.execute("PRAGMA busy_timeout = 0")
            yield
        finally:
            if not patient:
                self._connection.execute(_PRAGMAS[0])
            self._lock.release()

    @contextmanager
    def erasure(self) -> Iterator[sqlite3.Connection]:
        """A transaction whose deleted bytes are gone from every file when this returns.

        Raises StoreUnavailable; when the deletion itself went through, doing it again also clears what was left.
        """
        with self._lock:
            with explained_disk():
                self._before.unlink(missing_ok=True)  # First: nobody would come back to it after a kill.
            with self.transaction() as connection:
                yield connection
            with _explained():
                emptied = self._empty_log()
        if not emptied:
            raise StoreUnavailable("store.being-read")

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Run the block while no other thread or process runs one. The lock of a process that dies is free again.

        Raises StoreUnavailable when the others take too long, and always inside another such block of this thread.
        """
        with self._between_threads.turn(PATIENCE_SECONDS):
            try:
                self._between_processes.acquire(timeout=PATIENCE_SECONDS)
            except Timeout as error:
                raise busy() from error
            except OSError as error:
                raise disk_failure(error) from error
            try:
                yield
            finally:
                self._between_processes.release()

    def is_in_place(self) -> bool:
        """Whether the file under its name is still the one that was opened: else what is written is lost."""
        try:
            return os.path.samestat(self._file, (self.folder / FILE).stat())
        except OSError:
            return False

    def close(self) -> None:
        with self._lock, self._read_lock:
            _close(self._reader, self._connection)

    def _empty_log(self) -> bool:
        """Move the write-ahead log into the database file and truncate it; False when a reader was in the way."""
        (blocked, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not blocked


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _close(*connections: sqlite3.Connection) -> None:
    """In this order: the last one to be closed tidies up."""
    for connection in connections:
        connection.close()


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what SQLite says into StoreUnavailable, except where the fault is in our own code."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise database_failure(error) from error
