"""A whole exported version: as files one after the other, and as one zip."""

import hashlib
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import orjson

from fers.domain.versions import Split
from fers.errors import OutOfOrder
from fers.exporting import columns, formats, participants, shards
from fers.exporting.documents import FACES, croissant, documents, lost
from fers.exporting.exported_version import CHUNK, ExportedVersion, LengthUnknown, Member, gathered, hollow
from fers.exporting.zipping import Zip

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Format:
    """A way to lay faces out in files."""

    title: str
    write: Callable[[ExportedVersion], Iterator[Member]]
    place: formats.ImageName | None = None
    """Where a face's image is; None where it is packed with others."""
    tables: tuple[Callable[[participants.Table], Member], ...] = (participants.as_csv,)
    """How tables of what participants answered are written; the first way is the one that `croissant` names."""


FORMATS = {
    "parquet": Format(
        "Parquet, images inside", shards.packed_parquet, tables=(participants.as_csv, participants.as_parquet)
    ),
    "imagefolder": Format("Hugging Face ImageFolder", formats.image_folder, formats.in_split_folder),
    "folders": Format("A folder a class", formats.class_folders, formats.in_class_folder),
    "webdataset": Format("WebDataset", shards.webdataset),
    "tfrecord": Format("TFRecord", shards.tfrecord),
    "coco": Format("COCO JSON", formats.coco, formats.in_images_folder),
    "affectnet": Format("AffectNet tables", formats.affectnet, formats.in_images_folder),
}
DEFAULT = "parquet"
"""What most readers open as it is, types included."""


def members(exported: ExportedVersion, format: Format) -> Iterator[Member]:
    """Every file of the exported version. Each is to be read before the next is asked for; the checksums come last."""
    sums = bytearray()
    for member in chain(documents(exported), format.write(exported)):
        yield _checked(member) if member.known else summed(member, sums)
        if member.known and member.face_id not in exported.lost:
            sums += _line(member.known.sha256, member)
    yield from _closing(exported, format, sums)


def members_around(exported: ExportedVersion, format: Format, sums_of_shards: bytes) -> Iterator[Member]:
    """`members` but for the shards, which were written before and have these checksums, in their order."""
    sums = bytearray()
    for member in documents(exported):
        yield summed(member, sums)
    sums += sums_of_shards
    yield from _closing(exported, format, sums)


def _closing(exported: ExportedVersion, format: Format, sums: bytearray) -> Iterator[Member]:
    said: set[str] = set()
    yield (faces := summed(_faces(exported, format, said), sums))
    if exported.lost:
        yield summed(lost(exported), sums)
    answers = []
    for table in participants.tables(exported):
        for number, write in enumerate(format.tables):
            yield (written := summed(write(table), sums))
            if number == 0:
                answers.append((table, written))
    described = [(table, file.name, file.chunks.sha256) for table, file in answers]
    yield summed(croissant(exported, faces.chunks.sha256, said, described), sums)
    yield Member(SUMS, (bytes(sums[start : start + CHUNK]) for start in range(0, len(sums), CHUNK)))


def zipped(
    exported: ExportedVersion, format: Format, first: int = 0, end: int | None = None, size: int | None = None
) -> Iterator[bytes]:
    """The exported version as an uncompressed zip (photos don't shrink), byte for byte the same each time while nobody
    withdraws and nothing is lost; of it the bytes from `first` up to, without, `end`. It has `size` bytes, where they
    were promised, whatever turns out to be lost on the way. Raises NotFound."""
    return Zip(exported.version.created_at, first, end, size).stream(members(exported, format))


def zipped_size(exported: ExportedVersion, format: Format) -> int | None:
    """How many bytes `zipped` has; None where only making all of it could tell. Reads no image."""
    zip = Zip(exported.version.created_at, first=sys.maxsize)
    try:
        for _ in zip.stream(members(hollow(exported), format)):
            pass
    except LengthUnknown:
        return None
    return zip.position


def _faces(exported: ExportedVersion, format: Format, said: set[str]) -> Member:
    """One JSON object a line: everything that is known about each face, and where its image is. Once that was read, the
    names of all that is said of any are in `said`."""

    def lines() -> Iterator[bytes]:
        for split in Split:
            for entry in exported.entries(split):
                image = format.place(entry) if format.place else None
                described = {"image": image} | columns.described(exported, entry)
                said.update(described)
                yield orjson.dumps(described, option=orjson.OPT_APPEND_NEWLINE)

    return Member(FACES, gathered(lines()))


def summed(member: Member, sums: bytearray) -> Member:
    return replace(member, chunks=_Summed(member, sums))


def _checked(member: Member) -> Member:
    return replace(member, chunks=_Checked(member))


def _line(sha256: str, member: Member) -> bytes:
    return f"{sha256}  {member.name}\n".encode()


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
        self._sums += _line(self.sha256, self._member)


@dataclass(frozen=True)
class _Checked:
    """An image, which must be what was said of it. CRC-32 tells that in a quarter of the time that SHA-256 takes."""

    member: Member

    def __iter__(self) -> Iterator[bytes]:
        data = b"".join(self.member.chunks)
        if zlib.crc32(data) != self.member.known.crc32:
            raise OutOfOrder("photo.changed", name=self.member.name)
        yield data
