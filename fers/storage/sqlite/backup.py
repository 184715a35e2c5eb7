"""Backups of the embedded store: a folder of database copies, beside one copy of each image.

databases/2026-11-30T130405Z.sqlite3    as the database was, consistent while people use it
images/ab/KEY.jpg                       those of the newest copy: what was withdrawn leaves with the next backup
erased.jsonl                            what was ever taken back, so that no older copy brings it to life again
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fers.errors import InvalidInput, NotFound
from fers.storage.sqlite import erasures
from fers.storage.sqlite.database import FILE as DATABASE
from fers.storage.sqlite.erasures import FILE as ERASED
from fers.storage.sqlite.failures import database_failure, disk_failure
from fers.storage.sqlite.images import SqliteImages

Progress = Callable[[int, int], None]
_DATABASES = "databases"


@dataclass(frozen=True)
class Backup:
    """What a backup came to."""

    name: str
    faces: int
    problems: tuple[str, ...]
    """A sentence for each image that is not what its record says."""


def names(backups: Path) -> list[str]:
    """The copies there are, oldest first."""
    return sorted(file.stem for file in (backups / _DATABASES).glob("*.sqlite3"))


def take(data: Path, backups: Path, now: datetime, keep: int, progress: Progress = lambda done, all: None) -> Backup:
    """Copy the store in `data`, keeping the newest `keep` copies of its database. Raises InvalidInput for a folder that
    can't be written to, and StoreUnavailable.

    The database first: every image that it speaks of is there, or was withdrawn meanwhile and is noted as such.
    """
    name = f"{now:%Y-%m-%dT%H%M%SZ}"
    target = backups / _DATABASES / f"{name}.sqlite3"
    _make_room(backups, target.parent)
    try:
        _copy_database(data / DATABASE, target)
        problems = tuple(_copy_images(target, SqliteImages(data), SqliteImages(backups), progress))
        _merge_erasures(data / ERASED, backups / ERASED)
        for old in names(backups)[:-keep]:
            (target.parent / f"{old}.sqlite3").unlink()
    except OSError as error:
        raise disk_failure(error) from error
    return Backup(name, sum(1 for _ in _faces(target)), problems)


def restore(
    backups: Path, data: Path, name: str | None, erased: Path | None, progress: Progress = lambda done, all: None
) -> str:
    """Put a copy, the newest unless one is named, into the new folder `data`; the name of which is returned.

    `erased`: a later list of what was taken back, such as that of the folder which is given up. Whoever opens the store
    next has to enforce it. Raises NotFound, and InvalidInput when something is in `data`.
    """
    there = names(backups)
    if not there or (name or there[-1]) not in there:
        if there:
            raise NotFound("backup.not-found", folder=backups, there=there)
        raise NotFound("backup.none", folder=backups)
    if data.exists() and any(data.iterdir()):
        raise InvalidInput("backup.folder-not-empty", folder=data)
    chosen = name or there[-1]
    source = backups / _DATABASES / f"{chosen}.sqlite3"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _problem in _copy_images(source, SqliteImages(backups), SqliteImages(data), progress):
            pass  # The doctor says the same of the store as it is then.
        for list_ in filter(None, (backups / ERASED, erased)):
            _merge_erasures(list_, data / ERASED)
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


def _copy_database(source: Path, target: Path) -> None:
    """By SQLite's online backup, whole or not at all."""
    if not source.exists():
        raise NotFound("backup.no-store", folder=source.parent)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(part)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise database_failure(error) from error
    _make_durable(part)
    part.replace(target)


def _make_durable(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _copy_images(database: Path, source: SqliteImages, target: SqliteImages, progress: Progress) -> Iterator[str]:
    """Bring `target` to the images of the faces in `database`; a sentence for each that isn't as its record says."""
    wanted = dict(_faces(database))
    for key in list(target.keys()):
        if key not in wanted:
            target.delete(key)
    for done, (key, sha256) in enumerate(wanted.items(), start=1):
        try:
            image = source.get(key)
        except NotFound:
            target.delete(key)  # Withdrawn meanwhile, or lost.
            continue
        if hashlib.sha256(image).hexdigest() != sha256:
            yield f"face {key}: its image is not what was stored"
            continue
        _put(target, key, image)
        progress(done, len(wanted))


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


def _merge_erasures(source: Path, target: Path) -> None:
    known = set(erasures.read(target))
    new = [erasure for erasure in erasures.read(source) if erasure not in known]
    if new:
        erasures.append(target, new)
