"""What a face is found by, in a narrow row of its own, and counts of every combination, kept by triggers."""

import json
import sqlite3
from collections.abc import Iterator

from fers.domain.emotions import Emotion
from fers.domain.exploring import disagreement
from fers.domain.faces import Face
from fers.domain.labels import Opinion
from fers.storage.shared.documents import face_from_document, face_to_document, time_to_text
from fers.storage.shared.facets import agreement_in, cell_of, class_by, number_of, perceived_in
from fers.storage.sqlite.review_rows import review_facts

FACE_COLUMNS = "id, person_id, study_id, given_at, purge_at, document"
"""What faces are looked up by; everything else about one is in its JSON document."""

_CELL = "study_id, week, label, disputed, source, confidence, agreement"


def _counting(which: str, step: int) -> str:
    values = ", ".join(f"{which}.{column}" for column in _CELL.split(", "))
    return (
        f"INSERT INTO face_counts VALUES ({values}, {step}) ON CONFLICT ({_CELL}) DO UPDATE SET count = count + {step};"
    )


_IN, _OUT = _counting("NEW", 1), _counting("OLD", -1)
RECOUNTED = f"CREATE TRIGGER face_recounted AFTER UPDATE ON face_facts BEGIN {_OUT} {_IN} END"

SHAPE = (
    """CREATE TABLE face_facts (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL, week TEXT NOT NULL,
        label INTEGER NOT NULL, disputed INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
        agreement INTEGER NOT NULL DEFAULT -1, given_at TEXT NOT NULL, disagreement REAL NOT NULL) WITHOUT ROWID""",
    f"CREATE INDEX facts_by_cell ON face_facts ({_CELL}, given_at, face_id)",
    """CREATE INDEX facts_by_time ON face_facts (
        study_id, week, given_at, face_id, label, disputed, source, confidence, agreement)""",
    "CREATE INDEX facts_by_dispute ON face_facts (study_id, disagreement, face_id) WHERE disagreement > 0",
    """CREATE INDEX facts_by_label_and_dispute ON face_facts (study_id, label, disagreement, face_id)
        WHERE disagreement > 0""",
    f"""CREATE TABLE face_counts (
        study_id TEXT NOT NULL, week TEXT NOT NULL, label INTEGER NOT NULL, disputed INTEGER NOT NULL,
        source INTEGER NOT NULL, confidence INTEGER NOT NULL, agreement INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY ({_CELL})) WITHOUT ROWID""",
    f"CREATE TRIGGER face_counted AFTER INSERT ON face_facts BEGIN {_IN} END",
    f"CREATE TRIGGER face_uncounted AFTER DELETE ON face_facts BEGIN {_OUT} END",
    RECOUNTED,
)
"""As the migration that brings them has them: released, so never edited."""


def keep(sql: sqlite3.Connection, face: Face) -> None:
    """Note what a face is found by. What its annotators said stays as it is."""
    row = sql.execute("SELECT perceived FROM face_facts WHERE face_id = ?", (face.id,)).fetchone()
    label = class_by(face, row[0] if row else None)
    _keep(sql, _facts(face, label) | {"own": number_of(face.answer.label)} | review_facts(face))


def keep_opinion(sql: sqlite3.Connection, face_id: str, opinion: Opinion | None) -> None:
    """Note what a face's annotators make of it, and its class by that."""
    row = sql.execute(f"SELECT {FACE_COLUMNS} FROM faces WHERE id = ?", (face_id,)).fetchone()
    if row is not None:
        face, perceived, (agreement, share) = face_of(row), perceived_in(opinion), agreement_in(opinion)
        noted = {"perceived": perceived, "agreement": agreement, "share": share}
        _keep(sql, _facts(face, class_by(face, perceived)) | noted)


def keep_earlier_faces(connection: sqlite3.Connection) -> None:
    """Note the faces of a store that had no index yet."""
    for face in stored_faces(connection):
        _keep(connection, _facts(face, face.answer.label))


def keep_for_review(connection: sqlite3.Connection) -> None:
    """Note what annotators' queues are ordered by for the faces of a store that had no review yet."""
    for face in stored_faces(connection):
        _keep(connection, _facts(face, face.answer.label) | review_facts(face))


def face_values(face: Face) -> tuple:
    """A face's row, as `FACE_COLUMNS` has it."""
    document = face_to_document(face)
    columns = [document.pop(column) for column in FACE_COLUMNS.split(", ")[:-1]]
    return (*columns, json.dumps(document))


def face_of(row: sqlite3.Row | tuple) -> Face:
    """The face of such a row."""
    columns = dict(zip(FACE_COLUMNS.split(", "), row, strict=True))
    return face_from_document(json.loads(columns.pop("document")) | columns)


def stored_faces(connection: sqlite3.Connection) -> Iterator[Face]:
    """Every face of a store that is being migrated."""
    return (face_of(row) for row in connection.execute(f"SELECT {FACE_COLUMNS} FROM faces"))


def _keep(sql: sqlite3.Connection, facts: dict[str, str | int | float | None]) -> None:
    values = ", ".join("?" * len(facts))
    updates = ", ".join(f"{column} = excluded.{column}" for column in facts if column != "face_id")
    sql.execute(
        f"INSERT INTO face_facts ({', '.join(facts)}) VALUES ({values}) ON CONFLICT (face_id) DO UPDATE SET {updates}",
        tuple(facts.values()),
    )


def _facts(face: Face, label: Emotion | None) -> dict[str, str | int | float]:
    return cell_of(face, label) | {
        "face_id": face.id,
        "given_at": time_to_text(face.given_at),
        "disagreement": disagreement(face, label),
    }
