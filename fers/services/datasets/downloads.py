"""Downloads: a dataset version in the format that somebody wants."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from zlib import crc32

from fers import __version__
from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.images import decode_stored
from fers.domain.interfaces import DatasetVersionStore, ImageStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.ranges import IdRange
from fers.domain.versions import Entry, Split
from fers.errors import ImageLost, InvalidInput, NotFound, OutOfOrder, StoreUnavailable
from fers.exporting.archive import FORMATS, SUMS, Format, members, zipped, zipped_size
from fers.exporting.documents import DATASHEET, documents, lost
from fers.exporting.exported_version import ENCODER, Cut, ExportedVersion, Member, cropped
from fers.exporting.parquet import WRITER
from fers.services.datasets.versions import DatasetVersions, Progress
from fers.services.operations.store_comparison import image_problem
from fers.services.people.retention import Retention


@dataclass(frozen=True)
class Download:
    """An exported version that is ready to be made. Its bytes are made as they are asked for."""

    exported: ExportedVersion
    format: Format
    format_name: str
    """What it is called in `FORMATS`."""
    file_name: str
    still: Callable[[], bool]
    """Whether no face was withdrawn meanwhile."""

    def zip(self, size: int | None = None) -> Iterator[bytes]:
        """One uncompressed zip; `size` as in `part`. Raises NotFound on the way when a face is withdrawn meanwhile."""
        return self.part(0, size=size)

    def part(self, first: int, end: int | None = None, size: int | None = None) -> Iterator[bytes]:
        """The zip's bytes from `first` up to, without, `end`. The last of them come only when they go with those that
        were sent before: what names images and what labels them is read one after the other. Raises NotFound when a
        face was withdrawn meanwhile.

        It goes on without faces whose image turns out to be lost, and names them; `size` is what it was promised to
        have in all, and has then all the same. The next download has them left out from the start, and another tag.
        """
        held = b""
        for chunk in zipped(self.exported, self.format, first, end, size):
            if held:
                yield held
            held = chunk
        self.require_still()
        yield held

    def require_still(self) -> None:
        """Raises NotFound when a face was withdrawn since the download was opened."""
        if not self.still():
            raise NotFound("version.face-withdrawn")

    def size(self) -> int | None:
        """Of the zip, in bytes; None where only making all of it could tell. Reads every entry, but no image."""
        return zipped_size(self.exported, self.format) if self._as_measured() else None

    @property
    def tag(self) -> str:
        """Another one for other bytes. Faces leave a version and never come back: their number says which are left."""
        digest = sha256(f"{self.file_name}\n{self.exported.version.id}\n{self.exported.faces}\n".encode())
        digest.update(f"{__version__}\n{ENCODER}\n{WRITER}\n".encode())
        for document in (*documents(self.exported), lost(self.exported)):
            digest.update(b"".join((document.name.encode(), *document.chunks)))
        return digest.hexdigest()[:32]

    def _as_measured(self) -> bool:
        """Whether the first image comes out today as it did when the version was frozen."""
        entries = (entry for split in Split for entry in self.exported.entries(split))
        first = next(self.exported.pictured(entries), None)
        if first is None or not (sums := self.exported.sums(first[0])):
            return True
        return sha256(first[1]).hexdigest() == sums.sha256


class Downloads:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        crops: DatasetVersionStore,
        dataset_versions: DatasetVersions,
        retention: Retention,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._crops = crops
        self._versions = dataset_versions
        self._retention = retention
        self._now = now

    def open(
        self,
        actor: Person,
        study_id: str,
        name: str,
        format: str,
        cut: Cut = Cut.CROP,
        progress: Progress = lambda done, all: None,
    ) -> Download:
        """The study's version `name` in one of `FORMATS`, noted in the log. Raises NotFound or InvalidInput."""
        download = self.look(actor, study_id, name, format, cut, progress)
        self.note(actor, download)
        return download

    def note(self, actor: Person, download: Download) -> None:
        """Note in the log that somebody takes what `look` returned."""
        version = download.exported.version
        require(actor, Action.SHARE_DATASET, version.study_id)
        what = f"downloaded a dataset version as {download.format_name}"
        self._records.append_audit(entry_by(actor, self._now(), what, version.id, version.study_id))

    def look(
        self,
        actor: Person,
        study_id: str,
        name: str,
        format: str,
        cut: Cut = Cut.CROP,
        progress: Progress = lambda done, all: None,
    ) -> Download:
        """What `open` would return, for somebody who doesn't take it yet."""
        require(actor, Action.SHARE_DATASET, study_id)
        if format not in FORMATS:
            raise InvalidInput("version.unknown-format", format=format, formats=list(FORMATS))
        exported = self.exported(actor, study_id, name, cut, progress)
        version = exported.version
        return Download(
            exported,
            FORMATS[format],
            format,
            f"fers-{version.name}-{format}-{cut}.zip",
            lambda: self._versions.named(actor, study_id, version.id).faces == exported.faces,
        )

    def exported(
        self, actor: Person, study_id: str, name: str, cut: Cut, progress: Progress = lambda done, all: None
    ) -> ExportedVersion:
        """What the study's version `name` is made into files from: nothing past its retention date. Raises NotFound,
        and StoreUnavailable while nobody knows whether the clock or the dates are right."""
        require(actor, Action.SHARE_DATASET, study_id)
        self._retention.purge_due()
        if self._retention.held():
            raise OutOfOrder("retention.clock-in-doubt")
        version = self._versions.named(actor, study_id, name)
        entries = partial(self._versions.entries, actor, version.dataset_version.id)
        lost = {face_id for face_id in self._lost(cut) if next(entries(among=IdRange.only(face_id)), None)}
        return ExportedVersion(
            version=version.dataset_version,
            study=next(study for study in self._records.studies() if study.id == study_id),
            faces=version.faces,
            cut=cut,
            image=self._images_of(cut, version.faces, lost, progress),
            entries=lambda *among: (entry for entry in entries(*among) if entry.face_id not in lost),
            lost=lost,
        )

    def write(
        self,
        actor: Person,
        study_id: str,
        name: str,
        format: str,
        cut: Cut,
        folder: Path,
        progress: Progress = lambda done, all: None,
    ) -> ExportedVersion:
        """Write a version into the new folder `folder`, which is there once it is whole: until then it is called
        `folder`.part. Raises InvalidInput when it is there already, and NotFound when a face is withdrawn meanwhile."""
        require(actor, Action.SHARE_DATASET, study_id)
        _require_new(folder)
        download = self.open(actor, study_id, name, format, cut, progress)
        part = folder.with_name(f"{folder.name}.part")
        _clear(part)
        try:
            for member in members(download.exported, download.format):
                _write(part, member)
            download.require_still()
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return download.exported

    def _images_of(self, cut: Cut, faces: int, lost: set[str], progress: Progress) -> Callable[[Entry], bytes]:
        """Reads or makes images and tells of each. Those that are lost are noted: what is downloaded next leaves them
        out from the start, at every server."""
        numbers = count(1)

        def image(entry: Entry) -> bytes:
            progress(next(numbers), faces)
            try:
                return self._crop(entry) if cut is Cut.CROP else self._photo(entry)
            except ImageLost:
                lost.add(entry.face_id)
                self._crops.note_lost(entry.face_id)
                raise

        return image

    def _lost(self, cut: Cut) -> Iterator[str]:
        """Faces that can't be handed out, of those whose photo was found to be lost: somebody may have restored it."""
        for face_id in self._crops.lost():
            face = self._records.face(face_id)
            if face is not None and image_problem(self._images, face) is None:
                self._crops.note_lost(face_id, lost=False)
            elif cut is Cut.WHOLE or self._crops.crop(face_id, ENCODER) is None:
                yield face_id

    def _photo(self, entry: Entry) -> bytes:
        """As it was when it was frozen. Raises NotFound when it was withdrawn, and ImageLost."""
        try:
            data = self._images.get(entry.face_id)
        except NotFound as error:
            if self._records.face(entry.face_id) is None:
                raise
            raise ImageLost("photo.lost") from error
        if not _is_photo_of(entry, data):
            raise ImageLost("photo.lost")
        return data

    def _crop(self, entry: Entry) -> bytes:
        """As it was made when a version with it was frozen, which is many times quicker than to make it again."""
        kept = self._crops.crop(entry.face_id, ENCODER)
        if kept is not None:
            return kept
        made = cropped(decode_stored(self._photo(entry)), entry.box)
        with suppress(StoreUnavailable):  # It is not needed now.
            self._crops.keep_crops({entry.face_id: made}, ENCODER)
        return made


def _is_photo_of(entry: Entry, data: bytes) -> bool:
    """CRC-32 tells that in a quarter of the time that SHA-256 takes; the first versions don't have it."""
    if entry.measures is None:
        return sha256(data).hexdigest() == entry.sha256
    return crc32(data) == entry.measures.photo_crc32


def _require_new(folder: Path) -> None:
    if (folder / SUMS).exists():
        raise InvalidInput("export.finished", folder=folder)
    if folder.exists():
        raise InvalidInput("export.folder-exists", folder=folder)


def _clear(part: Path) -> None:
    """Remove what a killed export has left, in which may be who withdrew since; and nothing that is somebody else's."""
    if (part / DATASHEET).exists():
        shutil.rmtree(part)
    elif part.exists():
        raise InvalidInput("export.in-the-way", path=part)


def _write(folder: Path, member: Member) -> None:
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as file:
            file.writelines(member.chunks)
    except ImageLost:
        path.unlink()
