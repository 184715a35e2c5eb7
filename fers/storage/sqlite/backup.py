"""Backups of the embedded store: a folder of database copies, beside one copy of each image.

databases/2026-11-30T130405Z.sqlite3    as the database was, consistent while people use it
images/ab/KEY.jpg                       those that any copy speaks of: what was withdrawn leaves with the next backup
erased.jsonl                            what was ever taken back, so that no older copy brings it to life again
"""

import hashlib
import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fers.errors import InvalidInput, NotFound
from fers.storage.sqlite import erasures
from fers.storage.sqlite.database import FILE as DATABASE
from fers.storage.sqlite.erasures import FILE as ERASED
from fers.storage.sqlite.erasures import SqliteErasures
from fers.storage.sqlite.failures import database_failure, disk_failure
from fers.storage.sqlite.images import SqliteImages

Progress = Callable[[int, int], None]
_DATABASES = "databases"
_NAME = "%Y-%m-%dT%H%M%SZ"
_IS_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
_LEFT = timedelta(hours=1)
"""Nobody writes any more at an unfinished file that was last written to so long ago."""


@dataclass(frozen=True)
class Backup:
    """What a backup came to."""

    name: str
    faces: int
    problems: tuple[str, ...]
    """A sentence for each image that is not what its record says, or that is lost, and one for records that are."""


def require_store(data: Path) -> None:
    """Raises NotFound where there is no store in `data`: whoever opens one there makes it."""
    if not (data / DATABASE).exists():
        raise NotFound("backup.no-store", folder=data)


def names(backups: Path) -> list[str]:
    """The copies there are, oldest first. What else somebody has put beside them is none."""
    return sorted(file.stem for file in (backups / _DATABASES).glob("*.sqlite3") if _IS_NAME.fullmatch(file.stem))


def take(data: Path, backups: Path, now: datetime, keep: int, progress: Progress = lambda done, all: None) -> Backup:
    """Copy the store in `data`, keeping the newest `keep` copies of its database. Raises InvalidInput for a folder that
    can't be written to or is the store's own, and StoreUnavailable.

    The database first: every image that it speaks of is there, or was withdrawn meanwhile and is noted as such.
    """
    if backups.resolve() == data.resolve():
        raise InvalidInput("backup.is-the-store", folder=backups)
    require_store(data)
    _make_room(backups, backups / _DATABASES)
    before = names(backups)
    name = _next_name(before, now)
    target = _database(backups, name)
    try:
        _remove_unfinished(backups, now)
        _merge_erasures(data / ERASED, backups / ERASED)  # Also here, for whoever has to restore after a full disk.
        _copy_database(data / DATABASE, target)
        problems = list(_copy_images(target, SqliteImages(data), SqliteImages(backups), SqliteErasures(data), progress))
        _merge_erasures(data / ERASED, backups / ERASED)
        problems += _gone_without_a_word(backups, before[-1:], name)
        for old in names(backups)[:-keep]:
            _database(backups, old).unlink()
        _let_go(backups)
    except OSError as error:
        raise disk_failure(error) from error
    return Backup(name, sum(1 for _ in _faces(target)), tuple(problems))


def restore(
    backups: Path, data: Path, name: str | None, erased: Path | None, progress: Progress = lambda done, all: None
) -> str:
    """Put a copy, the newest unless one is named, into the new folder `data`; the name of which is returned.

    `erased`: a later list of what was taken back, such as that of the folder which is given up. Whoever opens the store
    next enforces it (`ErasureStore.is_restored`). Raises NotFound, and InvalidInput when something is in `data`.
    """
    there = names(backups)
    if not there or (name or there[-1]) not in there:
        if there:
            raise NotFound("backup.not-found", folder=backups, there=there)
        raise NotFound("backup.none", folder=backups)
    if data.exists() and any(data.iterdir()):
        raise InvalidInput("backup.folder-not-empty", folder=data)
    chosen = name or there[-1]
    source = _database(backups, chosen)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        images, taken_back = SqliteImages(data), SqliteErasures(data)
        taken_back.note_restored()  # First: no store is made here where this breaks off.
        for list_ in filter(None, (backups / ERASED, erased)):
            _merge_erasures(list_, data / ERASED)
        for _problem in _copy_images(source, SqliteImages(backups), images, taken_back, progress):
            pass  # The doctor says the same of the store as it is then.
        _copy_database(source, data / DATABASE)  # Last: without it there is no store.
    except OSError as error:
        raise disk_failure(error) from error
    return chosen


def _make_room(*folders: Path) -> None:
    try:
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InvalidInput("backup.no-folder", folder=folders[0], problem=error.strerror or error) from error


def _database(backups: Path, name: str) -> Path:
    return backups / _DATABASES / f"{name}.sqlite3"


def _next_name(there: list[str], now: datetime) -> str:
    """That of the time, or where the clock was set back the one after the newest: else the new copy were the oldest."""
    after = (datetime.strptime(there[-1], _NAME).replace(tzinfo=UTC) + timedelta(seconds=1)) if there else now
    return f"{max(now, after):{_NAME}}"


def _remove_unfinished(backups: Path, now: datetime) -> None:
    """What a killed backup has left, which nobody else ever removes: the face in it may have been withdrawn since."""
    for pattern in (f"{_DATABASES}/*.part*", "images/*/*.part"):
        for file in backups.glob(pattern):
            with suppress(FileNotFoundError):  # Finished a moment ago.
                if file.stat().st_mtime < (now - _LEFT).timestamp():
                    file.unlink()


def _copy_database(source: Path, target: Path) -> None:
    """By SQLite's online backup, whole or not at all."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(part)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        _make_durable(part)
        part.replace(target)
    except sqlite3.Error as error:
        raise database_failure(error) from error
    finally:
        part.unlink(missing_ok=True)  # Of a disk that is full, half a copy would take what is left.


def _make_durable(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _copy_images(
    database: Path, source: SqliteImages, target: SqliteImages, taken_back: SqliteErasures, progress: Progress
) -> Iterator[str]:
    """Bring the images of the faces in `database` to `target`; a sentence for each that isn't as its record says. One
    that `target` has already is not given up for one that is lost or damaged."""
    wanted = dict(_faces(database))
    for done, (key, sha256) in enumerate(wanted.items(), start=1):
        try:
            image = source.get(key)
        except NotFound:
            if not taken_back.is_gone(key):  # Else withdrawn meanwhile.
                yield f"face {key}: its image is lost"
            continue
        if hashlib.sha256(image).hexdigest() != sha256:
            yield f"face {key}: its image is not what was stored"
            continue
        _put(target, key, image)
        progress(done, len(wanted))


def _gone_without_a_word(backups: Path, before: list[str], name: str) -> Iterator[str]:
    """A store that was made anew, where the old one's disk is not there, is copied like any other."""
    now, taken_back = set(_ids(_database(backups, name))), SqliteErasures(backups)
    for old in before:
        gone = sum(key not in now and not taken_back.is_gone(key) for key in _ids(_database(backups, old)))
        if gone:
            yield f"{gone} faces of the backup {old} are not in the store any more, and nobody took them back"


def _let_go(backups: Path) -> None:
    """Remove the images that people took back, and those that no copy of the database speaks of any more. Others stay:
    the newest copy may be of a store that has lost its records, or of another one."""
    images, taken_back = SqliteImages(backups), SqliteErasures(backups)
    spoken_of = {key for name in names(backups) for key in _ids(_database(backups, name))}
    for key in list(images.keys()):
        if key not in spoken_of or taken_back.is_gone(key):
            images.delete(key)


def _put(target: SqliteImages, key: str, image: bytes) -> None:
    """Whatever damage the copy has taken meanwhile is mended."""
    try:
        if target.get(key) == image:
            return
        target.delete(key)
    except NotFound:
        pass
    target.put(key, image)


def _faces(database: Path) -> Iterator[tuple[str, str]]:
    """Id and the image's SHA-256 of every face."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            for face_id, document in connection.execute("SELECT id, document FROM faces ORDER BY id"):
                yield face_id, json.loads(document)["image"]["sha256"]
    except sqlite3.Error as error:
        raise database_failure(error) from error


def _ids(database: Path) -> list[str]:
    """Of the faces in a copy; none where it is damaged."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            return [face_id for (face_id,) in connection.execute("SELECT id FROM faces")]
    except sqlite3.DatabaseError:
        return []


def _merge_erasures(source: Path, target: Path) -> None:
    known = set(erasures.read(target))
    new = [erasure for erasure in erasures.read(source) if erasure not in known]
    if new:
        erasures.append(target, new)
