"""On which faces a trial's models were not compared, in narrow rows of their own. There are few."""

import sqlite3

from fers.domain.faces import Face
from fers.domain.field import unscored_of


def keep_unscored(sql: sqlite3.Connection, face: Face) -> None:
    """Note it for a face, in place of what was noted."""
    sql.execute("DELETE FROM missed_comparisons WHERE face_id = ?", (face.id,))
    if unscored := unscored_of(face):
        values = (face.id, unscored.trial_id, unscored.model_id, unscored.why.value)
        sql.execute("INSERT INTO missed_comparisons VALUES (?, ?, ?, ?)", values)
