"""Uncompressed zips as streams that can begin anywhere.

The layout is that of APPNOTE.TXT 6.3 (PKWARE): each file between a local header and a descriptor with its checksum and
its size, then the table of contents. Sizes are 64 bits wide wherever they may have to be.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from fers.errors import ImageLost
from fers.exporting.exported_version import CHUNK, Member

_32, _16 = 0xFFFFFFFF, 0xFFFF
_VERSION = 45
"""4.5: sizes of 64 bits."""
_UNIX = 3
_ENDING = 98
"""Bytes behind the table of contents."""
_DESCRIBED_AFTERWARDS, _NAMED_IN_UTF8 = 0x08, 0x800


class Zip:
    """The bytes from `first` up to, without, `end` of one zip. None: to its end.

    `size`: how many bytes all of it has, where that was promised before all of it was known: files that turn out to be
    lost are made up for by a gap before the table of contents, which readers take for nothing.
    """

    def __init__(self, made: datetime, first: int = 0, end: int | None = None, size: int | None = None):
        self._made = made.timetuple()[:6]
        self._first = first
        self._end = end
        self._size = size
        self._waiting = bytearray()
        self._contents = bytearray()
        self._files = 0
        self.position = 0
        """How many bytes of the zip have been written or passed over: once all is streamed, its size."""

    def stream(self, files: Iterable[Member]) -> Iterator[bytes]:
        """What is held in memory is one chunk, and the table of contents (some 100 bytes a file). Of files whose sums
        are known and that lie outside, nothing is read; those whose image is lost are left out."""
        for member in files:
            yield from self._file(member)
            if self._end is not None and self.position >= self._end:
                break
        else:
            yield from self._gap()
            self._write(self._closing())
        if self._waiting:
            yield bytes(self._waiting)

    def _file(self, member: Member) -> Iterator[bytes]:
        about = zipfile.ZipInfo(member.name, self._made)
        about.create_system, about.external_attr, about.flag_bits = _UNIX, 0o644 << 16, _DESCRIBED_AFTERWARDS
        about.header_offset, about.CRC = self.position, 0
        header, known = about.FileHeader(zip64=True), member.known
        if known:
            about.CRC, about.file_size = known.crc32, known.bytes
        is_passed_over = known is not None and self._is_outside(self.position + len(header), known.bytes)
        try:
            chunks = iter(()) if is_passed_over else _begun(member.chunks)
        except ImageLost:
            return
        self._write(header)
        if is_passed_over:
            self.position += known.bytes
        for chunk in chunks:
            if not known:
                about.CRC = zlib.crc32(chunk, about.CRC)
                about.file_size += len(chunk)
            yield from self._sent(chunk)
        self._write(struct.pack("<4sLQQ", b"PK\7\x08", about.CRC, about.file_size, about.file_size))
        self._contents += _listed(about)
        self._files += 1

    def _sent(self, chunk: bytes) -> Iterator[bytes]:
        self._write(chunk)
        if len(self._waiting) >= CHUNK:
            yield bytes(self._waiting)
            self._waiting.clear()

    def _gap(self) -> Iterator[bytes]:
        missing = (self._size or 0) - self.position - len(self._contents) - _ENDING
        for start in range(0, missing, CHUNK):
            yield from self._sent(bytes(min(CHUNK, missing - start)))

    def _is_outside(self, position: int, length: int) -> bool:
        return position + length <= self._first or (self._end is not None and position >= self._end)

    def _write(self, data: bytes) -> None:
        """Take what is wanted of it."""
        start = max(0, self._first - self.position)
        stop = len(data) if self._end is None else max(0, self._end - self.position)
        self._waiting += data[start:stop] if start or stop < len(data) else data
        self.position += len(data)

    def _closing(self) -> bytes:
        """The table of contents and where it is, in 64 bits and for older readers."""
        size, offset, count = len(self._contents), self.position, self._files
        end64 = offset + size
        return b"".join(
            (
                self._contents,
                struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, _VERSION, _VERSION, 0, 0, count, count, size, offset),
                struct.pack("<4sLQL", b"PK\6\7", 0, end64, 1),
                struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[min(count, _16)] * 2, min(size, _32), min(offset, _32), 0),
            )
        )


def _begun(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same, the first of them made. Raises ImageLost."""
    chunks = iter(chunks)
    return chain([next(chunks, b"")], chunks)


def _listed(about: zipfile.ZipInfo) -> bytes:
    """A file's entry in the table of contents, always with 64 bits for its size and place."""
    name = about.filename.encode()
    flags = about.flag_bits if about.filename.isascii() else about.flag_bits | _NAMED_IN_UTF8
    year, month, day, hour, minute, second = about.date_time
    extra = struct.pack("<2H3Q", 1, 24, about.file_size, about.file_size, about.header_offset)
    return (
        struct.pack(
            "<4s4B4H3L5H2L",
            b"PK\1\2",
            _VERSION,
            about.create_system,
            _VERSION,
            0,
            flags,
            about.compress_type,
            hour << 11 | minute << 5 | second // 2,
            (year - 1980) << 9 | month << 5 | day,
            about.CRC,
            _32,
            _32,
            len(name),
            len(extra),
            0,
            0,
            0,
            about.external_attr,
            _32,
        )
        + name
        + extra
    )
