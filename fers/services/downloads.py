"""Downloads: a dataset version in the format that somebody wants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from fers.domain.audit import entry_by
from fers.domain.interfaces import ImageStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput
from fers.exporting.archive import FORMATS, Format, members, zipped
from fers.exporting.release import Cut, Release
from fers.services.clock import Clock, utc_now
from fers.services.snapshots import Progress, Snapshots


@dataclass(frozen=True)
class Download:
    """A release that is ready to be made. Its bytes are made as they are asked for."""

    release: Release
    format: Format
    file_name: str

    def zip(self) -> Iterator[bytes]:
        """One uncompressed zip. Raises NotFound on the way when a face is withdrawn meanwhile."""
        return zipped(members(self.release, self.format), self.release)


class Downloads:
    def __init__(self, records: RecordStore, images: ImageStore, snapshots: Snapshots, now: Clock = utc_now):
        self._records = records
        self._images = images
        self._snapshots = snapshots
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
        """The study's version `name` in one of `FORMATS`. Raises NotFound or InvalidInput."""
        require(actor, Action.SHARE_DATASET, study_id)
        if format not in FORMATS:
            raise InvalidInput(f"There is no format {format!r}.", f"Choose one of {', '.join(FORMATS)}.")
        release = self.release(actor, study_id, name, cut, progress)
        what = f"downloaded a dataset version as {format}"
        self._records.append_audit(entry_by(actor, self._now(), what, release.snapshot.id, study_id))
        return Download(release, FORMATS[format], f"fers-{release.snapshot.name}-{format}-{cut}.zip")

    def release(
        self, actor: Person, study_id: str, name: str, cut: Cut, progress: Progress = lambda done, all: None
    ) -> Release:
        """What the study's version `name` is made into files from. Raises NotFound."""
        require(actor, Action.SHARE_DATASET, study_id)
        version = self._snapshots.named(actor, study_id, name)
        return Release(
            snapshot=version.snapshot,
            study=next(study for study in self._records.studies() if study.id == study_id),
            faces=version.faces,
            cut=cut,
            read=self._reading(version.faces, progress),
            entries=partial(self._snapshots.entries, actor, version.snapshot.id),
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
    ) -> Release:
        """Write a version into the new folder `folder`. Raises InvalidInput when it is there already."""
        require(actor, Action.SHARE_DATASET, study_id)
        if folder.exists():
            raise InvalidInput(f"{folder} is there already.", "Choose a folder that does not exist yet.")
        download = self.open(actor, study_id, name, format, cut, progress)
        for member in members(download.release, download.format):
            path = folder / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(member.chunks)
        return download.release

    def _reading(self, faces: int, progress: Progress) -> Callable[[str], bytes]:
        """Reads images and tells of each."""
        numbers = count(1)

        def read(face_id: str) -> bytes:
            data = self._images.get(face_id)
            progress(next(numbers), faces)
            return data

        return read
