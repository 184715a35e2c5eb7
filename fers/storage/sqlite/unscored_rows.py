"""On which faces a trial's models were not compared, in narrow rows of their own. There are few."""

import sqlite3

from fers.domain.faces import Face
from fers.domain.field import missed_of

SHAPE = (
    """CREATE TABLE missed_comparisons (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, trial_id TEXT NOT NULL, model_id TEXT NOT NULL,
        why TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX missed_by_trial ON missed_comparisons (trial_id, model_id, why)",
)
"""As the migration that brings it has it: released, so never edited."""


def keep_missed(sql: sqlite3.Connection, face: Face) -> None:
    """Note it for a face, in place of what was noted."""
    sql.execute("DELETE FROM missed_comparisons WHERE face_id = ?", (face.id,))
    if missed := missed_of(face):
        values = (face.id, missed.trial_id, missed.model_id, missed.why.value)
        sql.execute("INSERT INTO missed_comparisons VALUES (?, ?, ?, ?)", values)
