"""A file that is made once and then read in parts, by several readers at a time."""

import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator

IN_MEMORY = 64 << 20
"""Bytes up to which a file never meets the disk."""
_PIECE = 1 << 20


class MadeFile:
    """On disk where it is large, under no name: it goes with whoever holds it last."""

    def __init__(self, pieces: Iterable[bytes]):
        """Write `pieces` down. Raises what making them raises; nothing is left of the file then."""
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._reading = threading.Lock()
        for piece in pieces:
            self._file.write(piece)
        self.size = self._file.tell()
        """In bytes."""

    def read(self, part: range) -> Iterator[bytes]:
        """The bytes of `part`, a megabyte at a time."""
        for start in range(part.start, part.stop, _PIECE):
            with self._reading:
                self._file.seek(start)
                piece = self._file.read(min(_PIECE, part.stop - start))
            yield piece
