"""Journal on SQLite: a mark is a row, and one lock between all threads and processes is held by whoever writes.

So whatever is marked while `recover` holds the lock was left by a writer that failed or died.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fers.storage.sqlite.database import Database


class SqliteJournal:
    def __init__(self, database: Database):
        self._database = database

    @contextmanager
    def writing(self, face_id: str) -> Iterator[None]:
        with self._database.exclusively():
            with self._database.transaction() as sql:
                sql.execute("INSERT INTO journal VALUES (?) ON CONFLICT DO NOTHING", (face_id,))
            yield
            with self._database.transaction() as sql:
                _unmark(sql, face_id)

    def recover(self, finish: Callable[[str], None]) -> list[str]:
        with self._database.exclusively():
            left = [row["face_id"] for row in self._database.rows("SELECT face_id FROM journal ORDER BY face_id")]
            for face_id in left:
                finish(face_id)
                with self._database.erasure() as sql:  # The writer may have died between deleting and erasing.
                    _unmark(sql, face_id)
        return left


def _unmark(sql: sqlite3.Connection, face_id: str) -> None:
    sql.execute("DELETE FROM journal WHERE face_id = ?", (face_id,))
