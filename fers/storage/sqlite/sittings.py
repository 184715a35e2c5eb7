"""SittingStore on SQLite. Triggers (see `migrations`) count the faces by what was asked for."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime

from fers.domain.emotions import Emotion
from fers.domain.protocols import Place, Quota, Sitting, has_room
from fers.errors import NotFound
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.facets import PLACE, numbers_of, place_of
from fers.storage.shared.study_documents import sitting_from_document, sitting_to_document
from fers.storage.sqlite.database import Database

_COLUMNS = ", ".join(PLACE)
_GIVEN = f"SELECT {_COLUMNS}, count FROM intended_counts WHERE study_id = ? AND count > 0"
_HELD = (
    f"SELECT {_COLUMNS}, count(*) FROM places WHERE study_id = ? AND until > ? AND person_id <> ? GROUP BY {_COLUMNS}"
)
_OF_PERSON = "SELECT document FROM sittings WHERE person_id = ? AND study_id = ?"
_NOBODY = ""


class SqliteSittings:
    def __init__(self, database: Database):
        self._database = database

    def change(
        self, person_id: str, study_id: str, changed: Callable[[Sitting | None], Sitting | None]
    ) -> tuple[Sitting | None, Sitting | None]:
        with self._database.transaction() as sql:
            before = next(map(_sitting, sql.execute(_OF_PERSON, (person_id, study_id))), None)
            after = changed(before)
            if after is not None and after != before:
                saved = sql.execute(
                    "INSERT INTO sittings SELECT id, ?, ? FROM people WHERE id = ?"
                    " ON CONFLICT (person_id, study_id) DO UPDATE SET document = excluded.document",
                    (study_id, json.dumps(sitting_to_document(after)), person_id),
                )
                if saved.rowcount != 1:
                    raise _gone()
        return before, after

    def sitting(self, person_id: str, study_id: str) -> Sitting | None:
        return next(map(_sitting, self._database.rows(_OF_PERSON, (person_id, study_id))), None)

    def sittings_of(self, person_id: str) -> list[Sitting]:
        query = "SELECT document FROM sittings WHERE person_id = ? ORDER BY study_id"
        return list(map(_sitting, self._database.rows(query, (person_id,))))

    def reserve(
        self, study_id: str, person_id: str, place: Place, quotas: Collection[Quota], now: datetime, until: datetime
    ) -> bool:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM places WHERE study_id = ? AND until <= ?", (study_id, time_to_text(now)))
            given = _counter(sql.execute(_GIVEN, (study_id,)))
            held = _counter(sql.execute(_HELD, (study_id, time_to_text(now), person_id)))
            if not has_room(quotas, given, held):
                return False
            intended, *groups = numbers_of(place)
            kept = sql.execute(
                "INSERT OR REPLACE INTO places SELECT ?, ?, id, ?, ?, ?, ? FROM people WHERE id = ?",
                (study_id, intended, *groups, time_to_text(until), person_id),
            )
            if kept.rowcount != 1:
                raise _gone()
        return True

    def release(self, study_id: str, person_id: str, intended: Emotion) -> None:
        with self._database.transaction() as sql:
            about = (study_id, intended.value, person_id)
            sql.execute("DELETE FROM places WHERE study_id = ? AND intended = ? AND person_id = ?", about)

    def given(self, study_id: str) -> Counter[Place]:
        return _counter(self._database.rows(_GIVEN, (study_id,)))

    def held(self, study_id: str, now: datetime) -> Counter[Place]:
        return _counter(self._database.rows(_HELD, (study_id, time_to_text(now), _NOBODY)))

    def count(self, study_id: str, what: str, number: int = 1) -> None:
        with self._database.transaction() as sql:
            sql.execute(
                "INSERT INTO task_counts VALUES (?, ?, ?)"
                " ON CONFLICT (study_id, what) DO UPDATE SET count = count + excluded.count",
                (study_id, what, number),
            )

    def counted(self, study_id: str) -> Counter[str]:
        rows = self._database.rows("SELECT what, count FROM task_counts WHERE study_id = ?", (study_id,))
        return Counter({row["what"]: row["count"] for row in rows})


def _counter(rows: Collection[sqlite3.Row] | sqlite3.Cursor) -> Counter[Place]:
    counted: Counter[Place] = Counter()
    for *numbers, count in rows:
        counted[place_of(numbers)] += count
    return counted


def _sitting(row: sqlite3.Row) -> Sitting:
    return sitting_from_document(json.loads(row["document"]))


def _gone() -> NotFound:
    return NotFound("account.gone")
