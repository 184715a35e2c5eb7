"""DatasetVersionStore on SQLite."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.versions import SHARED, DatasetVersion, Entry, Split
from fers.errors import AlreadyExists
from fers.storage.shared.version_documents import version_from_document, version_to_document
from fers.storage.sqlite.database import Database

_PAGE = 500
_COLUMNS = ("id", "study_id", "name", "created_at")
_PURPOSES = ", ".join(f"'{purpose}'" for purpose in sorted(SHARED))
_FROM_SHARED_FACE = (
    "FROM faces WHERE id = ? AND"
    f" (SELECT count(*) FROM json_each(document, '$.purposes') WHERE value IN ({_PURPOSES})) = {len(SHARED)}"
)
_OF_VERSION = "attempt = (SELECT attempt FROM snapshots WHERE id = ?)"


class SqliteDatasetVersions:
    def __init__(self, database: Database):
        self._database = database

    def create_version(self, version: DatasetVersion, entries: Iterable[Entry]) -> None:
        """Entries come in page by page, so that nobody waits for all of them, under the name of the attempt; then the
        version, which names it. What a killed attempt leaves is found by nobody, and goes with its faces."""
        attempt, waiting = secrets.token_hex(16), iter(entries)
        try:
            while some := list(islice(waiting, _PAGE)):
                self._write(attempt, some)
            self._publish(version, attempt)
        except BaseException:
            self._remove(attempt)
            raise

    def of_study(self, study_id: str) -> list[DatasetVersion]:
        query = "SELECT * FROM snapshots WHERE study_id = ? ORDER BY created_at DESC, rowid DESC"
        return [_dataset_version(row) for row in self._database.rows(query, (study_id,))]

    def version(self, version_id: str) -> DatasetVersion | None:
        rows = self._database.rows("SELECT * FROM snapshots WHERE id = ?", (version_id,))
        return _dataset_version(rows[0]) if rows else None

    def entries(self, version_id: str, split: Split | None = None, among: IdRange = EVERY_ID) -> Iterator[Entry]:
        where, values = ("", (version_id,)) if split is None else (" AND split = ?", (version_id, split))
        query = (
            f"SELECT face_id, document FROM snapshot_entries WHERE {_OF_VERSION}{where}"
            " AND face_id > ? AND face_id <= ? ORDER BY face_id LIMIT ?"
        )
        last = among.after
        while page := self._database.rows(query, (*values, last, among.to, _PAGE)):
            for row in page:
                yield Entry.from_document(orjson.loads(row["document"]))
            last = page[-1]["face_id"]

    def count_entries(self, version_id: str) -> int:
        query = f"SELECT count(*) FROM snapshot_entries WHERE {_OF_VERSION}"
        [(count,)] = self._database.rows(query, (version_id,))
        return int(count)

    def keep_crops(self, crops: Mapping[str, bytes], encoder: str) -> None:
        rows = [(encoder, data, face_id) for face_id, data in crops.items()]
        with self._database.transaction(large=True) as sql:
            sql.executemany(f"INSERT OR REPLACE INTO crops SELECT id, ?, ? {_FROM_SHARED_FACE}", rows)

    def crop(self, face_id: str, encoder: str) -> bytes | None:
        query = "SELECT data FROM crops WHERE face_id = ? AND encoder = ?"
        return next((row["data"] for row in self._database.rows(query, (face_id, encoder))), None)

    def note_lost(self, face_id: str, lost: bool = True) -> None:
        note = "INSERT OR IGNORE INTO lost_images SELECT id FROM faces WHERE id = ?"
        with self._database.transaction() as sql:
            sql.execute(note if lost else "DELETE FROM lost_images WHERE face_id = ?", (face_id,))

    def lost(self) -> list[str]:
        return [row["face_id"] for row in self._database.rows("SELECT face_id FROM lost_images ORDER BY face_id")]

    def _write(self, attempt: str, entries: list[Entry]) -> None:
        """But for faces that are gone or may not be shared any more."""
        rows = [(attempt, e.split, orjson.dumps(e.as_document()).decode(), e.face_id) for e in entries]
        with self._database.transaction(large=True) as sql:
            sql.executemany(f"INSERT INTO snapshot_entries SELECT ?, ?, id, ? {_FROM_SHARED_FACE}", rows)

    def _publish(self, version: DatasetVersion, attempt: str) -> None:
        document = version_to_document(version)
        columns = [document.pop(column) for column in _COLUMNS]
        values = (*columns, json.dumps(document), attempt)
        insert = "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        with self._database.transaction() as sql:
            if sql.execute(insert, values).rowcount != 1:
                raise AlreadyExists("version.exists")

    def _remove(self, attempt: str) -> None:
        of_attempt = "FROM snapshot_entries WHERE attempt = ?"
        delete = f"DELETE {of_attempt} AND face_id IN (SELECT face_id {of_attempt} LIMIT {_PAGE})"
        removed = 1
        while removed:
            with self._database.transaction() as sql:
                removed = sql.execute(delete, (attempt, attempt)).rowcount


def _dataset_version(row: sqlite3.Row) -> DatasetVersion:
    return version_from_document(json.loads(row["document"]) | {column: row[column] for column in _COLUMNS})
