"""Formats that pack a thousand faces into a file: quick to read one after the other."""

import re
import struct
import tarfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import google_crc32c
import orjson

from fers.domain.ranges import IdRange, divided
from fers.domain.versions import Entry, Split
from fers.exporting import columns, parquet
from fers.exporting.exported_version import ExportedVersion, Member

FACES_A_SHARD = 1000
_BLOCK = 512
"""Bytes: what a tar file is made of."""
_TAR_END = bytes(2 * _BLOCK)
_UNNAMED = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)
_UNNAMED_SUM = tarfile.calc_chksums(_UNNAMED)[0] - sum(_UNNAMED[124:135])
_NAME = re.compile(rf"({'|'.join(Split)})-(\d{{6,9}})", re.ASCII)
_LENGTH_DELIMITED = 2
"""Wire type of protocol buffers."""


def packed_parquet(exported: ExportedVersion) -> Iterator[Member]:
    """Parquet files with the images inside, and a card that says which are which split."""
    yield parquet.card(exported)
    yield from _shards(exported, "parquet")


def webdataset(exported: ExportedVersion) -> Iterator[Member]:
    """Tar files of `ID.jpg`, `ID.cls` (-1: no label) and `ID.json` (`columns.flat`)."""
    return _shards(exported, "webdataset")


def tfrecord(exported: ExportedVersion) -> Iterator[Member]:
    """TFRecord files of `tf.train.Example`: image/encoded, image/class/label (-1: none), image/class/text, person,
    valence and arousal (absent: unknown), and everything else as JSON in `metadata`."""
    return _shards(exported, "tfrecord")


def places(exported: ExportedVersion) -> list[tuple[Split, int]]:
    """Every split and number that a shard may have; they stay the same when people withdraw."""
    return [(split, number) for split in Split for number in range(len(_ranges(exported)))]


def shard(exported: ExportedVersion, kind: str, split: Split, number: int) -> Member | None:
    """One shard of a `kind` in `KINDS`, by itself: the split's faces in one range of ids. None when there are none."""
    entries = exported.entries(split, _ranges(exported)[number])
    first = next(entries, None)
    if first is None:
        return None
    where, ending, write = KINDS[kind]
    return Member(f"{where}{split}-{number:06}.{ending}", write(exported, chain([first], entries)))


def names(exported: ExportedVersion, kind: str) -> list[str]:
    """What the shards of a `kind` in `KINDS` are called, of those that hold a face."""
    where, ending, _ = KINDS[kind]
    held = ((split, number) for split, number in places(exported) if _holds(exported, split, number))
    return [f"{where}{split}-{number:06}.{ending}" for split, number in held]


def named(exported: ExportedVersion, kind: str, name: str) -> Member | None:
    """The shard with this name, or None."""
    where, ending, _ = KINDS[kind]
    found = _NAME.fullmatch(name.removeprefix(where).removesuffix(f".{ending}"))
    place = (Split(found[1]), int(found[2])) if found else None
    made = shard(exported, kind, *place) if place and place[1] < len(_ranges(exported)) else None
    return made if made and made.name == name else None


def _shards(exported: ExportedVersion, kind: str) -> Iterator[Member]:
    return (member for place in places(exported) if (member := shard(exported, kind, *place)))


def _holds(exported: ExportedVersion, split: Split, number: int) -> bool:
    return next(exported.entries(split, _ranges(exported)[number]), None) is not None


def _ranges(exported: ExportedVersion) -> list[IdRange]:
    return divided(-(-exported.version.faces // FACES_A_SHARD))


def _tar(exported: ExportedVersion, entries: Iterable[Entry]) -> Iterator[bytes]:
    """The image stands by itself between small pieces, so that its many bytes are never copied."""
    for entry, image in exported.pictured(entries):
        label = columns.NO_CLASS if entry.label is None else entry.label
        small = {"cls": b"%d" % label, "json": orjson.dumps(columns.flat(exported, entry))}
        yield tar_header(f"{entry.face_id}.jpg", len(image))
        yield image
        yield _padding(image) + b"".join(_tar_member(f"{entry.face_id}.{end}", data) for end, data in small.items())
    yield _TAR_END


def _tar_member(name: str, data: bytes) -> bytes:
    return tar_header(name, len(data)) + data + _padding(data)


def _padding(data: bytes) -> bytes:
    return bytes(-len(data) % _BLOCK)


def tar_header(name: str, size: int) -> bytes:
    """What `tarfile` writes before a file of `size` bytes, its `name` short and plain, but much quicker: the same block
    each time, save for three of its fields."""
    named, sized = name.encode("ascii"), b"%011o" % size
    checksum = _UNNAMED_SUM + sum(named) + sum(sized)
    return b"".join((named, _UNNAMED[len(named) : 124], sized, _UNNAMED[135:148], b"%06o" % checksum, _UNNAMED[154:]))


def _records(exported: ExportedVersion, entries: Iterable[Entry]) -> Iterator[bytes]:
    """Each record stands between its length and its checksum, both checked by a masked CRC-32C, as TensorFlow's
    `record_writer.h` has it. The image comes last in it, so that its many bytes are never copied."""
    for entry, image in exported.pictured(entries):
        opening = _example_up_to_image(exported, entry, len(image))
        length = struct.pack("<Q", len(opening) + len(image))
        yield length + _masked(google_crc32c.value(length)) + opening
        yield image
        yield _masked(google_crc32c.extend(google_crc32c.value(opening), image))


def _masked(crc: int) -> bytes:
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _example_up_to_image(exported: ExportedVersion, entry: Entry, image_length: int) -> bytes:
    """A `tf.train.Example` but for the bytes of its last feature, the image."""
    width, height = exported.size(entry)
    label = entry.label
    features = [
        _known_feature("image/format", b"jpeg"),
        _known_feature("image/width", width),
        _known_feature("image/height", height),
        _known_feature("image/class/label", columns.NO_CLASS if label is None else label.value),
        _known_feature("image/class/text", b"" if label is None else label.label.encode()),
        _known_feature("person", exported.person(entry).encode()),
        _feature("metadata", orjson.dumps(columns.described(exported, entry))),
    ]
    dimensions = (("valence", entry.valence), ("arousal", entry.arousal))
    features += [_known_feature(name, float(value)) for name, value in dimensions if value is not None]
    written = b"".join(features)
    image = b""
    for number in (1, 1, 2):  # A value of a list of bytes, which is a feature, which is the value of a name.
        image = _opening(number, len(image) + image_length) + image
    image = _field(1, b"image/encoded") + image
    features_end = _opening(1, len(image) + image_length) + image
    return _opening(1, len(written) + len(features_end) + image_length) + written + features_end


def _feature(name: str, value: bytes | int | float) -> bytes:
    """A list of one value under its name."""
    if isinstance(value, bytes):
        number, encoded = 1, value
    elif isinstance(value, float):
        number, encoded = 2, struct.pack("<f", value)
    else:
        number, encoded = 3, _varint(value & (1 << 64) - 1)
    return _field(1, _field(1, name.encode()) + _field(2, _field(number, _field(1, encoded))))


_known_feature = lru_cache(maxsize=4096, typed=True)(_feature)
"""For values that many faces share."""


def _field(number: int, value: bytes) -> bytes:
    """A length-delimited field of a protocol buffer; lists of numbers are packed in one."""
    return _opening(number, len(value)) + value


@lru_cache(maxsize=4096)
def _opening(number: int, length: int) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(length)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


KINDS = {
    "parquet": (f"{parquet.FOLDER}/", "parquet", parquet.packed),
    "webdataset": ("", "tar", _tar),
    "tfrecord": ("", "tfrecord", _records),
}
"""Where the files of a format are, how they end, and what writes one."""
