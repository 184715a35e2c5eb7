"""ParticipationStore on SQLite."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from typing import Any

from fers.domain.recruiting import Participation
from fers.storage.shared.study_documents import participation_from_document, participation_to_document
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.person_rows import require_person

_COLUMNS = ("id", "study_id", "panel_id", "person_id")
_PAGE = 500
_BY_PANEL_ID = "SELECT * FROM participations WHERE study_id = ? AND panel_id = ?"


class SqliteParticipations:
    def __init__(self, database: Database):
        self._database = database

    def add(self, participation: Participation) -> Participation:
        known_as = (participation.study_id, participation.panel_id)
        with self._database.transaction() as sql:
            if participation.person_id:
                require_person(sql, participation.person_id)
            sql.execute("INSERT INTO participations VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", _row(participation))
            return _participation(sql.execute(_BY_PANEL_ID, known_as).fetchone())

    def participation(self, study_id: str, panel_id: str) -> Participation | None:
        return next(map(_participation, self._database.rows(_BY_PANEL_ID, (study_id, panel_id))), None)

    def participations_of(self, person_id: str) -> list[Participation]:
        query = "SELECT * FROM participations WHERE person_id = ? ORDER BY study_id"
        return list(map(_participation, self._database.rows(query, (person_id,))))

    def participations_in(self, study_id: str) -> Iterator[Participation]:
        last = ""
        page_after = "SELECT * FROM participations WHERE study_id = ? AND id > ? ORDER BY id LIMIT ?"
        while page := self._database.rows(page_after, (study_id, last, _PAGE)):
            yield from map(_participation, page)
            last = page[-1]["id"]

    def change(
        self, study_id: str, panel_id: str, changed: Callable[[Participation], Participation]
    ) -> Participation | None:
        with self._database.transaction() as sql:
            row = sql.execute(_BY_PANEL_ID, (study_id, panel_id)).fetchone()
            if row is None:
                return None
            known = _participation(row)
            if (new := changed(known)) != known:
                _, _, _, person_id, document = _row(new)
                sql.execute(
                    "UPDATE participations SET person_id = ?, document = ? WHERE id = ?",
                    (person_id, document, known.id),
                )
            return new

    def erase(self, study_id: str, ids: Collection[str]) -> int:
        with self._database.erasure() as sql:
            statement = "DELETE FROM participations WHERE study_id = ? AND id = ?"
            return sum(sql.execute(statement, (study_id, one)).rowcount for one in ids)


def _row(participation: Participation) -> tuple[Any, ...]:
    document = participation_to_document(participation)
    columns = [document.pop(column) for column in _COLUMNS]
    return (*columns, json.dumps(document))


def _participation(row: sqlite3.Row) -> Participation:
    return participation_from_document({column: row[column] for column in _COLUMNS} | json.loads(row["document"]))
