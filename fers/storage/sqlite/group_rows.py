"""What the people of faces say about themselves, beside what the faces are found by, and counts of each group."""

import json
import sqlite3

from fers.storage.shared.documents import description_from_document
from fers.storage.shared.facets import groups_of


def keep_groups(sql: sqlite3.Connection, person_id: str, study_id: str) -> None:
    """Note at all of somebody's faces in a study what they say about themselves now."""
    where = "WHERE person_id = ? AND study_id = ?"
    row = sql.execute(f"SELECT document FROM self_descriptions {where}", (person_id, study_id)).fetchone()
    groups = groups_of(description_from_document(json.loads(row[0])) if row else None)
    assignments = ", ".join(f"{field} = ?" for field in groups)
    differs = " OR ".join(f"{field} <> ?" for field in groups)
    sql.execute(
        f"UPDATE face_facts SET {assignments} WHERE face_id IN (SELECT id FROM faces {where}) AND ({differs})",
        (*groups.values(), person_id, study_id, *groups.values()),
    )
