"""ReplyStore on SQLite. A trigger (see `migrations`) takes the replies about a face along with it."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime

from fers.domain.questions import Reply
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.question_documents import reply_from_document, reply_to_document
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.person_rows import require_person

_PAGE = 1000
_KEY = "person_id, study_id, question, face_id"


class SqliteReplies:
    def __init__(self, database: Database):
        self._database = database

    def save_replies(self, replies: Collection[Reply]) -> None:
        """What was answered before leaves no bytes behind. Where nothing was, nobody has to wait for those who read."""
        with self._database.erasure() if self._has_any(replies) else self._database.transaction() as sql:
            for reply in replies:
                _save(sql, reply)

    def replies_of(self, person_id: str, study_id: str) -> list[Reply]:
        query = "SELECT document FROM replies WHERE person_id = ? AND study_id = ? ORDER BY question, face_id"
        return list(map(_reply, self._database.rows(query, (person_id, study_id))))

    def all_replies_of(self, person_id: str) -> list[Reply]:
        query = "SELECT document FROM replies WHERE person_id = ? ORDER BY study_id, question, face_id"
        return list(map(_reply, self._database.rows(query, (person_id,))))

    def replies_in(self, study_id: str) -> Iterator[Reply]:
        query = (
            "SELECT document FROM replies WHERE study_id = ? AND (person_id, question, face_id) > (?, ?, ?)"
            " ORDER BY person_id, question, face_id LIMIT ?"
        )
        last = ("", "", "")
        while page := self._database.rows(query, (study_id, *last, _PAGE)):
            yield from (found := list(map(_reply, page)))
            last = (found[-1].person_id, found[-1].question, found[-1].face_id)

    def delete_replies(self, person_id: str, study_id: str) -> None:
        with self._database.erasure() as sql:
            sql.execute("DELETE FROM replies WHERE person_id = ? AND study_id = ?", (person_id, study_id))

    def count_replies(self, due: datetime | None = None) -> int:
        where, values = ("", ()) if due is None else (" WHERE purge_at <= ?", (time_to_text(due),))
        [(count,)] = self._database.rows(f"SELECT count(*) FROM replies{where}", values)
        return int(count)

    def purge_replies(self, now: datetime) -> int:
        due = (time_to_text(now),)
        if not self._database.rows("SELECT 1 FROM replies WHERE purge_at <= ? LIMIT 1", due):
            return 0
        with self._database.erasure() as sql:
            return sql.execute("DELETE FROM replies WHERE purge_at <= ?", due).rowcount

    def _has_any(self, replies: Collection[Reply]) -> bool:
        """Whether something was answered to one of their questions before."""
        query = f"SELECT 1 FROM replies WHERE ({_KEY}) = (?, ?, ?, ?)"
        return any(self._database.rows(query, _key(reply)) for reply in replies)


def _key(reply: Reply) -> tuple[str, str, str, str]:
    return reply.person_id, reply.study_id, reply.question, reply.face_id


def _save(sql: sqlite3.Connection, reply: Reply) -> None:
    require_person(sql, reply.person_id)
    if reply.face_id and not sql.execute("SELECT 1 FROM faces WHERE id = ?", (reply.face_id,)).fetchone():
        return
    sql.execute(
        f"INSERT INTO replies ({_KEY}, purge_at, document) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ({_KEY})"
        " DO UPDATE SET purge_at = excluded.purge_at, document = excluded.document",
        (*_key(reply), time_to_text(reply.purge_at), json.dumps(reply_to_document(reply))),
    )


def _reply(row: sqlite3.Row) -> Reply:
    return reply_from_document(json.loads(row["document"]))
