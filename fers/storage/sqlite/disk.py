"""The disk under the embedded store. While little of it is left nothing large is taken any more, and a reserve lets
people sign in and withdraw what they gave even when somebody else has filled it."""

import os
import threading
from pathlib import Path

from fers.errors import StoreUnavailable
from fers.storage.sqlite.failures import explained_disk

FILE = "reserve"
RESERVE_BYTES = 16 << 20
"""Of a file that only takes up room: a full write-ahead log (4 MB) some times over."""
ROOM_BYTES = 100 << 20
"""With less than this free, nothing large is begun."""
_WRITE_BYTES = 1 << 20
"""What each small change finds free when it begins, as long as there is a reserve to take it from."""
_ZEROS = bytes(1 << 20)


class Disk:
    """Safe to share between threads; processes that change the reserve at once make it too small at worst."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._reserve = folder / FILE
        self._lock = threading.Lock()

    def is_read_only(self) -> bool:
        """As a file system is made that has a fault. Raises StoreUnavailable."""
        with explained_disk():
            return bool(os.statvfs(self._folder).f_flag & os.ST_RDONLY)

    def has_room(self, more: int = 0) -> bool:
        """Whether something large of so many bytes can be begun. Raises StoreUnavailable."""
        with explained_disk():
            return self._free() >= ROOM_BYTES + more

    def require_room(self, more: int = 0) -> None:
        """Raises StoreUnavailable when too little is left for something large, of so many bytes."""
        if not self.has_room(more):
            raise StoreUnavailable("disk.nearly-full", room=ROOM_BYTES + more)
        self.fill()

    def make_way(self) -> None:
        """Take from the reserve what a small change needs and the disk doesn't have. Raises StoreUnavailable."""
        with explained_disk():
            if self._free() >= _WRITE_BYTES:
                return
            with self._lock:
                size, missing = self._size(), _WRITE_BYTES - self._free()
                if size and missing > 0:
                    os.truncate(self._reserve, max(0, size - missing))

    def fill(self) -> None:
        """Put by what the reserve lacks, where there is room for it. Raises StoreUnavailable."""
        with self._lock, explained_disk():
            if self._size() < RESERVE_BYTES and self._free() >= ROOM_BYTES:
                self._fill()

    def _free(self) -> int:
        stat = os.statvfs(self._folder)
        return stat.f_bavail * stat.f_frsize

    def _fill(self) -> None:
        size = self._size()
        descriptor = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.lseek(descriptor, size, os.SEEK_SET)
            while size < RESERVE_BYTES:  # Written, since not every file system puts by what it is asked to.
                size += os.write(descriptor, _ZEROS[: RESERVE_BYTES - size])
        finally:
            os.close(descriptor)

    def _size(self) -> int:
        try:
            return self._reserve.stat().st_size
        except FileNotFoundError:
            return 0
