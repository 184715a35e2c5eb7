"""ErasureStore as a file of its own beside the database: whoever puts an old database back does not put it back too."""

import errno
import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from fers.domain.erasures import Erased, Erasure
from fers.storage.shared.documents import erasure_from_document, erasure_to_document
from fers.storage.sqlite.database import RESTORED
from fers.storage.sqlite.disk import Disk
from fers.storage.sqlite.failures import disk_failure, explained_disk

FILE = "erased.jsonl"
_WHOLE = (Erased.FACE, Erased.PERSON)
"""Of which nothing is left."""


class SqliteErasures:
    def __init__(self, folder: Path, disk: Disk | None = None):
        self._path = folder / FILE
        self._restored = folder / RESTORED
        self._disk = disk
        self._gone: set[tuple[Erased, str]] = set()
        self._read_to = 0
        self._lock = threading.Lock()

    def note(self, erasure: Erasure) -> None:
        """One write at the end of the file: many processes may do so at once."""
        if self._disk is not None:
            self._disk.make_way()
        append(self._path, [erasure])

    def erasures(self) -> Iterator[Erasure]:
        return read(self._path)

    def is_gone(self, subject: str, what: Erased = Erased.FACE) -> bool:
        """What was noted since the last call is read, and nothing else."""
        with self._lock:
            for erasure, begin in _read(self._path, self._read_to):
                self._read_to = begin
                if erasure.what in _WHOLE:
                    self._gone.add((erasure.what, erasure.subject))
            return (what, subject) in self._gone

    def is_restored(self) -> bool:
        return self._restored.exists()

    def note_restored(self) -> None:
        with explained_disk():
            self._restored.touch(mode=0o600)

    def note_enforced(self) -> None:
        with explained_disk():
            self._restored.unlink(missing_ok=True)


def append(path: Path, erasures: Iterable[Erasure]) -> None:
    """Raises StoreUnavailable."""
    # A line that a power cut left half written must not take the next one along.
    lines = "".join(f"\n{json.dumps(erasure_to_document(erasure))}" for erasure in erasures)
    data = lines.encode()
    with explained_disk():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.write(descriptor, data) < len(data):  # As a disk does that has just become full.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path: Path) -> Iterator[Erasure]:
    """Lines that were cut off say nothing. Raises StoreUnavailable."""
    return (erasure for erasure, _ in _read(path))


def _read(path: Path, start: int = 0) -> Iterator[tuple[Erasure, int]]:
    """What was noted from byte `start` on, or in another file that took its place, and where each line begins: the
    last one may not be whole yet."""
    try:
        with path.open("rb") as file:
            start = start if start <= os.fstat(file.fileno()).st_size else 0
            file.seek(start)
            for line in file:
                begin, start = start, start + len(line)
                try:
                    erasure = erasure_from_document(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    continue
                yield erasure, begin
    except FileNotFoundError:
        return
    except OSError as error:
        raise disk_failure(error) from error
