"""A whole release: as files one after the other, and as one zip stream."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import orjson

from fers.domain.snapshots import Split
from fers.exporting import formats, shards
from fers.exporting.documents import FACES, croissant, documents
from fers.exporting.release import Member, Release

SUMS = "SHA256SUMS"
_CHUNK = 65_536
"""Bytes that are worth sending."""


@dataclass(frozen=True)
class Format:
    """A way to lay faces out in files."""

    title: str
    write: Callable[[Release], Iterator[Member]]
    place: formats.ImageName | None = None
    """Where a face's image is; None where it is packed with others."""


FORMATS = {
    "imagefolder": Format("Hugging Face ImageFolder", formats.image_folder, formats.in_split_folder),
    "folders": Format("A folder a class", formats.class_folders, formats.in_class_folder),
    "webdataset": Format("WebDataset", shards.webdataset),
    "tfrecord": Format("TFRecord", shards.tfrecord),
    "coco": Format("COCO JSON", formats.coco, formats.in_images_folder),
    "affectnet": Format("AffectNet tables", formats.affectnet, formats.in_images_folder),
}


def members(release: Release, format: Format) -> Iterator[Member]:
    """Every file of the release. Each is to be read before the next is asked for; the checksums come last."""
    sums = bytearray()
    for member in chain(documents(release), format.write(release)):
        yield summed(member, sums)
    yield from _closing(release, format, sums)


def members_around(release: Release, format: Format, sums_of_shards: bytes) -> Iterator[Member]:
    """`members` but for the shards, which were written before and have these checksums, in their order."""
    sums = bytearray()
    for member in documents(release):
        yield summed(member, sums)
    sums += sums_of_shards
    yield from _closing(release, format, sums)


def _closing(release: Release, format: Format, sums: bytearray) -> Iterator[Member]:
    yield (faces := summed(_faces(release, format), sums))
    yield summed(croissant(release, faces.chunks.sha256), sums)
    yield Member(SUMS, (bytes(sums[start : start + _CHUNK]) for start in range(0, len(sums), _CHUNK)))


def zipped(files: Iterator[Member], release: Release) -> Iterator[bytes]:
    """The files as an uncompressed zip (photos don't shrink), byte for byte the same each time while nobody withdraws.

    What is held in memory is one chunk, and the zip's table of contents (some 500 bytes a file).
    """
    sink = _Sink()
    made = release.snapshot.created_at.timetuple()[:6]
    with zipfile.ZipFile(sink, "w") as archive:
        for member in files:
            with archive.open(zipfile.ZipInfo(member.name, made), "w", force_zip64=True) as file:
                for chunk in member.chunks:
                    file.write(chunk)
                    yield from sink.drain(_CHUNK)
            archive.NameToInfo.clear()  # For finding what was written, which nobody does; the list of it stays.
    yield from sink.drain()


class _Sink:
    """What a zip is written to: it can't be wound back, so the zip is made in one go."""

    def __init__(self):
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        pass

    def drain(self, least: int = 1) -> Iterator[bytes]:
        """What was written since, if it is as many bytes as that."""
        if len(self._written) >= least:
            yield bytes(self._written)
            self._written.clear()


def _faces(release: Release, format: Format) -> Member:
    """One JSON object a line: everything that is known about each face, and where its image is."""

    def lines() -> Iterator[bytes]:
        for split in Split:
            for entry in release.entries(split):
                image = format.place(entry) if format.place else None
                yield orjson.dumps({"image": image} | release.describe(entry), option=orjson.OPT_APPEND_NEWLINE)

    return Member(FACES, lines())


def summed(member: Member, sums: bytearray) -> Member:
    return Member(member.name, _Summed(member, sums))


class _Summed:
    """A file's chunks; once they have been read, its checksum is the last line of `sums`."""

    def __init__(self, member: Member, sums: bytearray):
        self._member = member
        self._sums = sums
        self.sha256 = ""

    def __iter__(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for chunk in self._member.chunks:
            digest.update(chunk)
            yield chunk
        self.sha256 = digest.hexdigest()
        self._sums += f"{self.sha256}  {self._member.name}\n".encode()
