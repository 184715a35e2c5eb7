"""SnapshotStore on SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

import orjson

from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.snapshots import Entry, Snapshot, Split
from fers.errors import AlreadyExists
from fers.storage.database import Database
from fers.storage.snapshot_documents import snapshot_from_document, snapshot_to_document

_PAGE = 500
_COLUMNS = ("id", "study_id", "name", "created_at")


class EmbeddedSnapshots:
    def __init__(self, database: Database):
        self._database = database

    def create_snapshot(self, snapshot: Snapshot, entries: Iterable[Entry]) -> None:
        document = snapshot_to_document(snapshot)
        columns = [document.pop(column) for column in _COLUMNS]
        values = (*columns, json.dumps(document))
        rows = ((snapshot.id, entry.split, json.dumps(entry.as_document()), entry.face_id) for entry in entries)
        with self._database.transaction() as sql:
            if sql.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values).rowcount != 1:
                raise AlreadyExists("This version is there already.", "Choose another name.")
            sql.executemany("INSERT INTO snapshot_entries SELECT ?, ?, id, ? FROM faces WHERE id = ?", rows)

    def snapshots(self, study_id: str) -> list[Snapshot]:
        query = "SELECT * FROM snapshots WHERE study_id = ? ORDER BY created_at DESC, rowid DESC"
        return [_snapshot(row) for row in self._database.rows(query, (study_id,))]

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        rows = self._database.rows("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,))
        return _snapshot(rows[0]) if rows else None

    def entries(self, snapshot_id: str, split: Split | None = None, among: IdRange = EVERY_ID) -> Iterator[Entry]:
        where, values = ("", (snapshot_id,)) if split is None else (" AND split = ?", (snapshot_id, split))
        query = (
            f"SELECT face_id, document FROM snapshot_entries WHERE snapshot_id = ?{where}"
            " AND face_id > ? AND face_id <= ? ORDER BY face_id LIMIT ?"
        )
        last = among.after
        while page := self._database.rows(query, (*values, last, among.to, _PAGE)):
            for row in page:
                yield Entry.from_document(orjson.loads(row["document"]))
            last = page[-1]["face_id"]

    def count_entries(self, snapshot_id: str) -> int:
        query = "SELECT count(*) FROM snapshot_entries WHERE snapshot_id = ?"
        [(count,)] = self._database.rows(query, (snapshot_id,))
        return count


def _snapshot(row: sqlite3.Row) -> Snapshot:
    return snapshot_from_document(json.loads(row["document"]) | {column: row[column] for column in _COLUMNS})
