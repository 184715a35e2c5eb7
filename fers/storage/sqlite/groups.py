"""GroupStore on SQLite."""

import json
import sqlite3
from collections.abc import Iterator

from fers.domain.groups import SelfDescription
from fers.errors import NotFound
from fers.storage.shared.documents import description_from_document, description_to_document
from fers.storage.shared.facets import GROUPS
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.group_rows import keep_groups

_PAGE = 1000


class SqliteGroups:
    def __init__(self, database: Database):
        self._database = database

    def save_description(self, description: SelfDescription) -> None:
        """What was said before leaves no bytes behind. Where nothing was, nobody has to wait for those who read."""
        document = json.dumps(description_to_document(description))
        is_there = "SELECT 1 FROM self_descriptions WHERE person_id = ? AND study_id = ?"
        known = self._database.rows(is_there, (description.person_id, description.study_id))
        with self._database.erasure() if known else self._database.transaction() as sql:
            saved = sql.execute(
                "INSERT INTO self_descriptions SELECT id, ?, ? FROM people WHERE id = ?"
                " ON CONFLICT (person_id, study_id) DO UPDATE SET document = excluded.document",
                (description.study_id, document, description.person_id),
            )
            if saved.rowcount != 1:
                raise NotFound("account.gone")
            keep_groups(sql, description.person_id, description.study_id)

    def descriptions_of(self, person_id: str) -> list[SelfDescription]:
        rows = self._database.rows(
            "SELECT document FROM self_descriptions WHERE person_id = ? ORDER BY study_id", (person_id,)
        )
        return list(map(_description, rows))

    def descriptions_in(self, study_id: str) -> Iterator[SelfDescription]:
        last = ""
        page_after = (
            "SELECT document FROM self_descriptions WHERE study_id = ? AND person_id > ? ORDER BY person_id LIMIT ?"
        )
        while page := self._database.rows(page_after, (study_id, last, _PAGE)):
            yield from (found := list(map(_description, page)))
            last = found[-1].person_id

    def sizes(self, study_id: str) -> dict[tuple[str, str], int]:
        query = "SELECT field, answer, people FROM group_sizes WHERE study_id = ? AND people > 0"
        about = {field: name for name, field in GROUPS.items()}
        return {(about[row["field"]], row["answer"]): row["people"] for row in self._database.rows(query, (study_id,))}

    def delete_description(self, person_id: str, study_id: str) -> None:
        with self._database.erasure() as sql:
            sql.execute("DELETE FROM self_descriptions WHERE person_id = ? AND study_id = ?", (person_id, study_id))
            keep_groups(sql, person_id, study_id)


def _description(row: sqlite3.Row) -> SelfDescription:
    return description_from_document(json.loads(row["document"]))
