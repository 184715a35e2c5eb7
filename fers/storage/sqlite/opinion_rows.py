"""What annotators make of each face, beside what the face is found by: its class and whether it is open follow from it.

`own`: what its person said, counted by week; `perceived`: what its annotators see, NULL where none looked; `wanted`:
how many labels the face wants, however few its study asks for. A face is open while fewer places are `filled` than the
study asks for; none counts as filled as long as the face itself wants more labels than it has.
"""

import json
import sqlite3

from fers.domain.consensus import labels_wanted, opinion_of
from fers.storage.shared.documents import label_from_document
from fers.storage.sqlite.face_rows import RECOUNTED, keep_opinion
from fers.storage.sqlite.review_rows import COUNTING, QUEUES


def _counting(which: str, step: int) -> str:
    return (
        f"INSERT INTO own_counts SELECT {which}.study_id, {which}.week, {which}.own, {step} WHERE {which}.own >= 0"
        f" ON CONFLICT (study_id, week, own) DO UPDATE SET count = count + {step};"
    )


def _note_earlier_opinions(connection: sqlite3.Connection) -> None:
    """Note it for the faces of a store that has labels already."""
    for (face_id,) in connection.execute("SELECT DISTINCT face_id FROM labels").fetchall():
        rows = connection.execute("SELECT document FROM labels WHERE face_id = ?", (face_id,))
        said = [label_from_document(json.loads(document)) for (document,) in rows]
        keep_opinion(connection, face_id, opinion_of(said))
        connection.execute("UPDATE face_facts SET wanted = ? WHERE face_id = ?", (labels_wanted(said), face_id))


_IN, _OUT = _counting("NEW", 1), _counting("OLD", -1)
_ON_FILLED = (*QUEUES, *COUNTING)

SHAPE = (
    *(f"DROP {kind} {name}" for _, kind, name, *_ in map(str.split, _ON_FILLED)),
    "DROP TRIGGER face_recounted",
    "ALTER TABLE face_facts DROP COLUMN filled",
    "ALTER TABLE face_facts DROP COLUMN extra",
    "ALTER TABLE face_facts ADD COLUMN own INTEGER NOT NULL DEFAULT -1",
    "ALTER TABLE face_facts ADD COLUMN perceived INTEGER",
    "ALTER TABLE face_facts ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE face_facts ADD COLUMN filled INTEGER AS (iif(labels < wanted, 0, labels))",
    "UPDATE face_facts SET own = label",
    RECOUNTED,
    _note_earlier_opinions,
    "DELETE FROM review_counts",
    """INSERT INTO review_counts SELECT study_id, guess, labels, filled, count(*) FROM face_facts WHERE reviewable
        GROUP BY study_id, guess, labels, filled""",
    *_ON_FILLED,
    """CREATE TABLE own_counts (
        study_id TEXT NOT NULL, week TEXT NOT NULL, own INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (study_id, week, own)) WITHOUT ROWID""",
    """INSERT INTO own_counts SELECT study_id, week, own, count(*) FROM face_facts WHERE own >= 0
        GROUP BY study_id, week, own""",
    f"CREATE TRIGGER own_counted AFTER INSERT ON face_facts BEGIN {_IN} END",
    f"CREATE TRIGGER own_uncounted AFTER DELETE ON face_facts BEGIN {_OUT} END",
    f"CREATE TRIGGER own_recounted AFTER UPDATE OF study_id, week, own ON face_facts BEGIN {_OUT} {_IN} END",
)
"""As the migration that brings them has them: released, so never edited."""
