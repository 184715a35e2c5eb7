"""What the people of faces say about themselves, beside what the faces are found by, and counts of each group."""

import json
import sqlite3

from fers.storage.shared.documents import description_from_document
from fers.storage.shared.facets import GROUPS, groups_of

_CELL = "week, label, disputed, source, confidence, agreement"
_PLACE = f"study_id, field, answer, {_CELL}"


def _counting(which: str, field: str, step: int) -> str:
    values = ", ".join(f"{which}.{column}" for column in _CELL.split(", "))
    return (
        f"INSERT INTO group_counts SELECT {which}.study_id, '{field}', {which}.{field}, {values}, {step}"
        f" WHERE {which}.{field} >= 0 ON CONFLICT ({_PLACE}) DO UPDATE SET count = count + {step};"
    )


_IN = " ".join(_counting("NEW", field, 1) for field in GROUPS.values())
_OUT = " ".join(_counting("OLD", field, -1) for field in GROUPS.values())

SHAPE = (
    """CREATE TABLE self_descriptions (
        person_id TEXT NOT NULL, study_id TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (person_id, study_id)) WITHOUT ROWID""",
    "CREATE INDEX self_descriptions_by_study ON self_descriptions (study_id, person_id)",
    *(f"ALTER TABLE face_facts ADD COLUMN {field} INTEGER NOT NULL DEFAULT -1" for field in GROUPS.values()),
    *(
        f"CREATE INDEX facts_by_{field} ON face_facts (study_id, {field}, week, given_at, face_id, label, disputed,"
        f" source, confidence, agreement) WHERE {field} >= 0"
        for field in GROUPS.values()
    ),
    f"""CREATE TABLE group_counts (
        study_id TEXT NOT NULL, field TEXT NOT NULL, answer INTEGER NOT NULL, week TEXT NOT NULL,
        label INTEGER NOT NULL, disputed INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
        agreement INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY ({_PLACE})) WITHOUT ROWID""",
    f"CREATE TRIGGER group_counted AFTER INSERT ON face_facts BEGIN {_IN} END",
    f"CREATE TRIGGER group_uncounted AFTER DELETE ON face_facts BEGIN {_OUT} END",
    f"CREATE TRIGGER group_recounted AFTER UPDATE OF {_CELL}, {', '.join(GROUPS.values())} ON face_facts"
    f" BEGIN {_OUT} {_IN} END",
)
"""As the migration that brings them has them: released, so never edited."""


def _sizing(which: str, field: str, step: int) -> str:
    answer = f"json_extract({which}.document, '$.{field}')"
    return (
        f"INSERT INTO group_sizes SELECT {which}.study_id, '{field}', {answer}, {step} WHERE {answer} IS NOT NULL"
        f" ON CONFLICT (study_id, field, answer) DO UPDATE SET people = people + {step};"
    )


_ENTERED = " ".join(_sizing("NEW", field, 1) for field in GROUPS.values())
_LEFT = " ".join(_sizing("OLD", field, -1) for field in GROUPS.values())

SIZES = (
    """CREATE TABLE group_sizes (
        study_id TEXT NOT NULL, field TEXT NOT NULL, answer TEXT NOT NULL, people INTEGER NOT NULL,
        PRIMARY KEY (study_id, field, answer)) WITHOUT ROWID""",
    f"CREATE TRIGGER group_entered AFTER INSERT ON self_descriptions BEGIN {_ENTERED} END",
    f"CREATE TRIGGER group_left AFTER DELETE ON self_descriptions BEGIN {_LEFT} END",
    f"CREATE TRIGGER group_changed AFTER UPDATE ON self_descriptions BEGIN {_LEFT} {_ENTERED} END",
    *(
        f"INSERT INTO group_sizes SELECT study_id, '{field}', json_extract(document, '$.{field}') AS said, count(*)"
        " FROM self_descriptions WHERE said IS NOT NULL GROUP BY study_id, said"
        for field in GROUPS.values()
    ),
)
"""How many people are in each group. As the migration that brings it has it: released, so never edited."""


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
