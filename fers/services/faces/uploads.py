"""Sets that are handed in on a page: looked at before anything is stored, then imported in the background."""

import io
import json
import re
import secrets
import shutil
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from fers import wording
from fers.datasets import DataError, Faults
from fers.datasets.files import is_picture
from fers.datasets.recognising import format_of
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, StoreHealth, StudyStore
from fers.domain.jobs import Job
from fers.domain.people import OPERATOR, Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, NotFound, OutOfOrder
from fers.services.faces.importing import Imported, Importing, Terms
from fers.services.faces.set_previews import Manner, Preview, look, read
from fers.services.models.jobs import Jobs, Step

LARGEST_UNPACKED = 8_000_000_000
"""Bytes that a zip may say it holds. It is read where it lies, and nothing of it is ever unpacked onto the disk."""
MOST_FILES = 200_000
KEPT = timedelta(days=1)
"""How long files are kept that nobody has imported, and what came of an import."""
NOTED_EVERY_SECONDS = 0.5
_JOB = "import "
FILES = "files"


@dataclass(frozen=True)
class Ordered:
    """An import that was asked for."""

    id: str
    name: str
    """Of the set."""
    asked_at: datetime
    done: int = 0
    faces: int = 0
    result: dict[str, Any] | None = None
    """What came of it, once it has ended: the fields of `Imported`; of faults, sentences (`told`) and records."""
    given_up: Job | None = None
    """Its job, where nobody does it any more."""

    @property
    def is_busy(self) -> bool:
        return self.result is None and not self.given_up


class Uploads:
    """Files lie in a folder of this server's own until they are imported: a day at most."""

    def __init__(
        self,
        folder: Path,
        importing: Importing,
        jobs: Jobs,
        records: RecordStore,
        memberships: StudyStore,
        health: StoreHealth,
        now: Clock = utc_now,
    ):
        self._folder = folder
        self._importing = importing
        self._jobs = jobs
        self._records = records
        self._memberships = memberships
        self._health = health
        self._now = now

    def receive(self, actor: Person, study_id: str, files: Sequence[tuple[str, BinaryIO]]) -> str:
        """Keep a zip, or a table with the pictures it lists, to be looked at. Returns its id.

        Raises InvalidInput for what is no set, for two files of one name, and for what is too large when it is
        unpacked; StoreUnavailable while there is no room for it.
        """
        require(actor, Action.MANAGE_STUDY, study_id)
        _require_different([_plain(name) for name, _ in files])
        self._health.require_room(sum(_size(content) for _, content in files))
        upload_id = secrets.token_hex(16)
        folder = self._folder / upload_id
        try:
            (folder / FILES).mkdir(parents=True, mode=0o700)
            for name, content in files:
                with (folder / FILES / _plain(name)).open("wb") as file:
                    shutil.copyfileobj(content, file)
            main = _main_of([_plain(name) for name, _ in files])
            if main.lower().endswith(".zip"):
                _check_zip(folder / FILES / main)
            about = {"study_id": study_id, "actor_id": actor.id, "name": main, "at": self._now().isoformat()}
            _write(folder / "about.json", about | {"format": _format(folder, main)})
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise OutOfOrder("upload.not-writable", folder=self._folder, problem=error.strerror) from error
            raise
        return upload_id

    def preview(self, actor: Person, upload_id: str, manner: Manner) -> Preview:
        """Look at an upload without storing anything. Raises NotFound, or InvalidInput for words that map nothing."""
        folder, about = self._of(actor, upload_id)
        try:
            found = look(folder / FILES / about["name"], about["format"], manner)
        except DataError as error:
            raise InvalidInput("import.impossible-answers", problem=error) from error
        told = tuple(_as_given(line, folder) for line in found.told)
        return replace(found, refused=_as_given(found.refused, folder), told=told)

    def order(self, actor: Person, upload_id: str, manner: Manner, terms: Terms, detect: bool) -> str:
        """Have an upload imported in the background. Returns the job's name. Raises NotFound, InvalidInput."""
        folder, about = self._of(actor, upload_id)
        terms.require_said()
        order = {"manner": asdict(manner), "terms": asdict(terms), "detect": detect, "actor_id": actor.id}
        _write(folder / "about.json", about | order | {"at": self._now().isoformat()})
        self._jobs.ask(OPERATOR, f"{_JOB}{upload_id}")
        return f"{_JOB}{upload_id}"

    def ordered(self, actor: Person, study_id: str) -> list[Ordered]:
        """The study's imports that this server was asked for lately, newest first."""
        require(actor, Action.MANAGE_STUDY, study_id)
        asked = [(folder, about) for folder, about in self._all() if about["study_id"] == study_id and "terms" in about]
        given_up = self._jobs.given_up(OPERATOR)
        found = []
        for folder, about in asked:
            job = given_up.get(f"{_JOB}{folder.name}")
            progress, result = _written(folder / "progress.json") or {}, _written(folder / "result.json")
            at = datetime.fromisoformat(about["at"])
            found.append(Ordered(folder.name, about["name"], at, **progress, result=result, given_up=job))
        return sorted(found, key=lambda order: order.asked_at, reverse=True)

    def forget(self, actor: Person, upload_id: str) -> None:
        """Remove an upload that isn't wanted, or what is said of an import that has ended."""
        folder, _ = self._of(actor, upload_id)
        self._remove(folder)

    def carry_out(self, upload_id: str) -> None:
        """Do an import that was asked for, in the name of whoever asked. Raises NotFound, NotPermitted, InvalidInput
        for what can't be read, JobStopped."""
        folder, about = self._there(upload_id)
        with self._jobs.doing(OPERATOR, f"{_JOB}{upload_id}") as step:
            faults, path = Faults(), folder / FILES / about["name"]
            try:
                faces = read(path, about["format"], Manner(**about["manner"]), faults)
            except DataError as error:
                raise InvalidInput("import.unreadable", problem=_as_given(str(error), folder)) from error
            imported = self._importing.add(
                require(self._person(about["actor_id"]), Action.MANAGE_STUDY, about["study_id"]),
                about["study_id"],
                faces,
                Terms(**about["terms"]),
                detect=about["detect"],
                faults=faults,
                progress=_noting(folder, step),
            )
            _write(folder / "result.json", _result(imported, folder))
        shutil.rmtree(folder / FILES, ignore_errors=True)

    def _person(self, person_id: str) -> Person | None:
        """The person as they may act today."""
        person = self._records.person(person_id)
        if person is None:
            return None
        return replace(person, memberships=tuple(self._memberships.memberships_of(person_id)))

    def to_carry_out(self) -> list[str]:
        """Uploads whose import nobody does, of those that lie at this server."""
        there = {folder.name for folder, about in self._all() if "terms" in about}
        free = (job.removeprefix(_JOB) for job in self._jobs.free() if job.startswith(_JOB))
        return [upload_id for upload_id in free if upload_id in there]

    def sweep(self) -> None:
        """Remove what nobody came back for, and what a process that was killed while it received it has left."""
        busy = {job.removeprefix(_JOB) for job in self._jobs.asked_for(OPERATOR) if job.startswith(_JOB)}
        for folder in self._folders():
            about = _written(folder / "about.json")
            if about is not None and folder.name in busy:
                continue
            at = datetime.fromisoformat(about["at"]) if about else datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            if at + KEPT < self._now():
                self._remove(folder)

    def _remove(self, folder: Path) -> None:
        """Together with its job, if there is one: nobody else has the files."""
        self._jobs.cancel(OPERATOR, f"{_JOB}{folder.name}")
        shutil.rmtree(folder, ignore_errors=True)

    def _all(self) -> list[tuple[Path, dict[str, Any]]]:
        return [(folder, about) for folder in self._folders() if (about := _written(folder / "about.json"))]

    def _folders(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    def _of(self, actor: Person, upload_id: str) -> tuple[Path, dict[str, Any]]:
        folder, about = self._there(upload_id)
        require(actor, Action.MANAGE_STUDY, about["study_id"])
        return folder, about

    def _there(self, upload_id: str) -> tuple[Path, dict[str, Any]]:
        folder = self._folder / upload_id
        about = _written(folder / "about.json") if re.fullmatch("[0-9a-f]{32}", upload_id) else None
        if about is None:
            raise NotFound("upload.gone")
        return folder, about


def _size(content: BinaryIO) -> int:
    at = content.tell()
    size = content.seek(0, io.SEEK_END)
    content.seek(at)
    return size


def _plain(name: str) -> str:
    """A file's name without where it lay."""
    return PurePath(name.replace("\\", "/")).name or "set"


def _require_different(names: list[str]) -> None:
    """Raises InvalidInput where one file would take the place of another."""
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidInput("upload.same-name", file=name)


def _main_of(names: list[str]) -> str:
    """The zip or table among them."""
    mains = [name for name in names if not is_picture(name)]
    if len(mains) != 1:
        if not mains:
            raise InvalidInput("upload.only-pictures")
        raise InvalidInput("upload.several-tables", files=mains[:5])
    return mains[0]


def _check_zip(path: Path) -> None:
    """Raises InvalidInput for one that says it holds too much; what it holds beyond what it says is never read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except Exception as error:  # noqa: BLE001 - a damaged zip raises many kinds
        raise InvalidInput("upload.broken") from error
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise InvalidInput("upload.too-large", files=MOST_FILES, size=LARGEST_UNPACKED)


def _format(folder: Path, name: str) -> str:
    try:
        return format_of(folder / FILES / name)
    except DataError as error:
        raise InvalidInput("upload.unknown-kind", problem=_as_given(str(error), folder)) from error


def _as_given(said: str, folder: Path) -> str:
    """What is said of an upload's files, without where they lie for the moment."""
    return said.replace(f"{folder / FILES}/", "")


def _noting(folder: Path, step: Step) -> Callable[[int, int], None]:
    """Says how far an import is, now and then."""
    noted_at = float("-inf")

    def note(done: int, faces: int) -> None:
        nonlocal noted_at
        step(done)
        if time.monotonic() - noted_at >= NOTED_EVERY_SECONDS:
            noted_at = time.monotonic()
            _write(folder / "progress.json", {"done": done, "faces": faces})

    return note


def _result(imported: Imported, folder: Path) -> dict[str, Any]:
    faults = {
        "left_out": imported.faults.count,
        "told": [_as_given(line, folder) for line in imported.faults.told()],
        "faults": wording.with_texts(imported.faults.records(), lambda text: _as_given(text, folder)),
    }
    return {name: getattr(imported, name) for name in ("added", "known", "removed", "labels")} | faults


def _write(path: Path, what: dict[str, Any]) -> None:
    """Whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(what), encoding="utf-8")
    new.replace(path)


def _written(path: Path) -> dict[str, Any] | None:
    """None where nothing is, or where a power cut left it empty."""
    try:
        written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return written
