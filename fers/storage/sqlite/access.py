"""AccessTokenStore on SQLite."""

import sqlite3
from datetime import datetime

from fers.domain.access import AccessToken
from fers.errors import AlreadyExists, InvalidInput, NotFound
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.sqlite.database import Database


class SqliteAccess:
    def __init__(self, database: Database):
        self._database = database

    def create(self, token: AccessToken, most: int | None = None) -> None:
        values = (token.id, token.study_id, token.name, token.sha256)
        times = (time_to_text(token.created_at), time_to_text(token.expires_at))
        with self._database.transaction() as sql:
            if sql.execute("SELECT 1 FROM access_tokens WHERE id = ?", (token.id,)).fetchone():
                raise AlreadyExists("access-token.exists")
            query = "SELECT count(*) FROM access_tokens WHERE person_id = ? AND expires_at > ?"
            [live] = sql.execute(query, (token.person_id, times[0])).fetchone()
            if most is not None and live >= most:
                raise InvalidInput("access-token.too-many", most=most)
            made = sql.execute(
                "INSERT INTO access_tokens (person_id, id, study_id, name, sha256, created_at, expires_at)"
                " SELECT id, ?, ?, ?, ?, ?, ? FROM people WHERE id = ?",
                (*values, *times, token.person_id),
            )
            if made.rowcount != 1:
                raise NotFound("account.gone")

    def by_sha256(self, sha256: str) -> AccessToken | None:
        rows = self._database.rows("SELECT * FROM access_tokens WHERE sha256 = ?", (sha256,))
        return _token(rows[0]) if rows else None

    def tokens_of(self, person_id: str) -> list[AccessToken]:
        query = "SELECT * FROM access_tokens WHERE person_id = ? ORDER BY created_at DESC, id"
        return [_token(row) for row in self._database.rows(query, (person_id,))]

    def note_use(self, token_id: str, at: datetime) -> None:
        with self._database.transaction() as sql:
            sql.execute("UPDATE access_tokens SET last_used_at = ? WHERE id = ?", (time_to_text(at), token_id))

    def delete(self, token_id: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM access_tokens WHERE id = ?", (token_id,))


def _token(row: sqlite3.Row) -> AccessToken:
    return AccessToken(
        id=row["id"],
        person_id=row["person_id"],
        study_id=row["study_id"],
        name=row["name"],
        sha256=row["sha256"],
        created_at=time_from_text(row["created_at"]),
        expires_at=time_from_text(row["expires_at"]),
        last_used_at=row["last_used_at"] and time_from_text(row["last_used_at"]),
    )
