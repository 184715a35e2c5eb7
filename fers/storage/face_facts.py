"""What a face is found by, in a narrow row of its own, and counts of every combination, kept by triggers."""

import json
import sqlite3
from datetime import UTC

from fers.domain.exploring import disagreement, quarter, week_of
from fers.domain.faces import Face, Source
from fers.storage.documents import face_from_document, time_to_text

NOTHING = -1
"""Stands for no label and for no agreement yet."""
SOURCES = list(Source)
_FACTS = ("face_id", "study_id", "week", "label", "disputed", "source", "confidence", "given_at", "disagreement")
FACE_COLUMNS = "id, person_id, study_id, given_at, purge_at, document"

_CELL = "study_id, week, label, disputed, source, confidence, agreement"


def _counting(which: str, step: int) -> str:
    values = ", ".join(f"{which}.{column}" for column in _CELL.split(", "))
    return (
        f"INSERT INTO face_counts VALUES ({values}, {step}) ON CONFLICT ({_CELL}) DO UPDATE SET count = count + {step};"
    )


_IN, _OUT = _counting("NEW", 1), _counting("OLD", -1)

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
    f"CREATE TRIGGER face_recounted AFTER UPDATE ON face_facts BEGIN {_OUT} {_IN} END",
)
"""As the migration that brings them has them: released, so never edited."""


def keep(sql: sqlite3.Connection, face: Face) -> None:
    """Note what a face is found by. The agreement of its annotators stays as it is."""
    updates = ", ".join(f"{column} = excluded.{column}" for column in _FACTS[1:])
    sql.execute(
        f"INSERT INTO face_facts ({', '.join(_FACTS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (face_id) DO UPDATE SET {updates}",
        _facts(face),
    )


def keep_earlier_faces(connection: sqlite3.Connection) -> None:
    """Note the faces of a store that had no index yet."""
    for row in connection.execute(f"SELECT {FACE_COLUMNS} FROM faces"):
        keep(connection, face_of(row))


def face_of(row: sqlite3.Row | tuple) -> Face:
    columns = dict(zip(FACE_COLUMNS.split(", "), row, strict=True))
    return face_from_document(json.loads(columns.pop("document")) | columns)


def _facts(face: Face) -> tuple:
    guess, confidence = face.prediction.top(1)[0]
    week = week_of(face.given_at.astimezone(UTC)).isoformat()
    label = NOTHING if face.answer.label is None else face.answer.label.value
    disputed = face.answer.label not in (None, guess)
    cell = (label, disputed, SOURCES.index(face.source), quarter(confidence))
    return (face.id, face.study_id, week, *cell, time_to_text(face.given_at), disagreement(face))
