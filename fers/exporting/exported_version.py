"""What every format is made from: a version, its faces one by one, and what is said about each."""

import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import PIL
from PIL import Image, features

from fers.domain.boxes import Box
from fers.domain.images import FACE_SIDE, JPEG_QUALITY, crop
from fers.domain.studies import Study
from fers.domain.versions import DatasetVersion, Entry, Measures, pseudonym
from fers.errors import ImageLost

ENCODER = f"Pillow {PIL.__version__}, libjpeg-turbo {features.version_feature('libjpeg_turbo')}"
"""What makes crops into files."""
CHUNK = 65_536
"""Bytes that are worth sending."""


class Cut(StrEnum):
    """How much of a photo is handed out."""

    CROP = "crop"
    """The face as models see it: 224 x 224."""
    WHOLE = "whole"


@dataclass(frozen=True)
class Sums:
    """What a file comes to."""

    bytes: int
    crc32: int
    sha256: str


@dataclass(frozen=True)
class Member:
    """A file of an exported version, whose bytes are made as they are asked for."""

    name: str
    """With slashes, relative to the exported version."""
    chunks: Iterable[bytes]
    known: Sums | None = None
    """What they come to, where that is known before they are made."""
    face_id: str = ""
    """Whose image it is, where it is one face's: making it raises ImageLost where the store has it no more, and the
    exported version goes on without."""


@dataclass(frozen=True)
class ExportedVersion:
    """A version as it is handed out today."""

    version: DatasetVersion
    study: Study
    faces: int
    cut: Cut
    image: Callable[[Entry], bytes]
    """A JPEG: the whole photo or the face. Raises NotFound when it was withdrawn a moment ago, and ImageLost, after
    which the face is in `lost`."""
    entries: Callable[..., Iterator[Entry]]
    """Called with a split and, for a part of it, a range of face ids. What is left of it but for what is in `lost`, by
    face id: the same each time while nobody withdraws and nothing is lost."""
    lost: set[str] = field(default_factory=set)
    """Faces of the version whose image is lost, as far as it is known: more may be found on the way."""

    @property
    def withdrawn(self) -> int:
        return self.version.faces - self.faces

    @property
    def title(self) -> str:
        return f"{self.study.name}, version {self.version.name}"

    @property
    def author(self) -> str:
        """Whom to cite; a study that imported its faces may not have said yet who runs it."""
        return self.study.owner or f"The study {self.study.name}"

    def pictured(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Each with its image, but for those whose image is lost. Raises NotFound."""
        for entry in entries:
            try:
                image = self.image(entry)
            except ImageLost:
                continue
            yield entry, image

    def length(self, entry: Entry) -> int | None:
        """Of `image`, in bytes; None where only making it could tell."""
        if self.cut is Cut.WHOLE:
            return entry.bytes
        return entry.measures.crop_bytes if entry.measures and entry.measures.encoder == ENCODER else None

    def sums(self, entry: Entry) -> Sums | None:
        """Of `image`; None where only making it could tell."""
        measures = entry.measures
        if measures is None or self.length(entry) is None:
            return None
        if self.cut is Cut.WHOLE:
            return Sums(entry.bytes, measures.photo_crc32, entry.sha256)
        return Sums(measures.crop_bytes, measures.crop_crc32, measures.crop_sha256)

    def box(self, entry: Entry) -> list[int]:
        """Where the face is in `image`: [left, top, width, height] in pixels."""
        return entry.box.as_list() if self.cut is Cut.WHOLE else [0, 0, FACE_SIDE, FACE_SIDE]

    def size(self, entry: Entry) -> tuple[int, int]:
        """Width and height of `image` in pixels."""
        return (entry.width, entry.height) if self.cut is Cut.WHOLE else (FACE_SIDE, FACE_SIDE)

    def person(self, entry: Entry) -> str:
        """A pseudonym that is another in every version, so that nobody is followed from one to the next by it."""
        return pseudonym(self.version.id, entry.person)


class LengthUnknown(Exception):
    """Only making an image could tell how long it is."""


def hollow(exported: ExportedVersion) -> ExportedVersion:
    """The same exported version with zeros in place of the images, as many as those have: to measure without
    reading."""

    def zeros(entry: Entry) -> bytes:
        length = exported.length(entry)
        if length is None:
            raise LengthUnknown
        return bytes(length)

    return replace(exported, image=zeros)


def measured(photo: bytes, crop: bytes) -> Measures:
    return Measures(zlib.crc32(photo), len(crop), zlib.crc32(crop), hashlib.sha256(crop).hexdigest(), ENCODER)


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: each is looked at several times on its way."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def cropped(pixels: Image.Image, box: Box) -> bytes:
    """The face as it is handed out: a JPEG that follows from the photo, the box and `ENCODER`."""
    file = io.BytesIO()
    Image.fromarray(crop(pixels, box)).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()
