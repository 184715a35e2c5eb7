"""What annotators' queues are ordered by: columns of `face_facts`, counts of every combination, kept by triggers.

A face is open while fewer of its places are `filled` than its study asks for. `opinion_facts` says what counts as
filled: it took the place of the column here, and of `extra`.
"""

from fers.domain.consent import Purpose
from fers.domain.faces import Face
from fers.domain.review import entropy
from fers.storage.shared.facets import NO_SHARE

_CELL = "study_id, guess, labels, filled"


def _counting(which: str, step: int) -> str:
    values = ", ".join(f"{which}.{column}" for column in _CELL.split(", "))
    return (
        f"INSERT INTO review_counts VALUES ({values}, {step})"
        f" ON CONFLICT ({_CELL}) DO UPDATE SET faces = faces + {step};"
    )


_IN, _OUT = _counting("NEW", 1), _counting("OLD", -1)
_OPEN_FIRST = "ON face_facts (study_id, filled, {}, face_id) WHERE reviewable"

QUEUES = (
    f"CREATE INDEX review_by_age {_OPEN_FIRST.format('given_at')}",
    f"CREATE INDEX review_by_entropy {_OPEN_FIRST.format('entropy DESC')}",
    f"CREATE INDEX review_by_share {_OPEN_FIRST.format('share')}",
    f"CREATE INDEX review_by_guess {_OPEN_FIRST.format('guess, given_at')}",
    "CREATE INDEX review_by_id ON face_facts (study_id, filled, face_id) WHERE reviewable",
)
COUNTING = (
    f"CREATE TRIGGER review_counted AFTER INSERT ON face_facts WHEN NEW.reviewable BEGIN {_IN} END",
    f"CREATE TRIGGER review_uncounted AFTER DELETE ON face_facts WHEN OLD.reviewable BEGIN {_OUT} END",
    f"CREATE TRIGGER review_left AFTER UPDATE ON face_facts WHEN OLD.reviewable BEGIN {_OUT} END",
    f"CREATE TRIGGER review_entered AFTER UPDATE ON face_facts WHEN NEW.reviewable BEGIN {_IN} END",
)
SHAPE = (
    """CREATE TABLE labels (
        face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, annotator_id TEXT NOT NULL, study_id TEXT NOT NULL,
        document TEXT NOT NULL, PRIMARY KEY (face_id, annotator_id)) WITHOUT ROWID""",
    "CREATE INDEX labels_by_study ON labels (study_id, face_id, annotator_id)",
    "CREATE INDEX labels_by_annotator ON labels (annotator_id, study_id, face_id)",
    """CREATE TABLE reservations (
        face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, annotator_id TEXT NOT NULL, until TEXT NOT NULL,
        PRIMARY KEY (face_id, annotator_id)) WITHOUT ROWID""",
    "CREATE INDEX reservations_by_annotator ON reservations (annotator_id, until)",
    """CREATE TABLE gold (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL,
        emotion INTEGER NOT NULL, since TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX gold_by_study ON gold (study_id, face_id)",
    """CREATE TABLE review_counts (
        study_id TEXT NOT NULL, guess INTEGER NOT NULL, labels INTEGER NOT NULL, filled INTEGER NOT NULL,
        faces INTEGER NOT NULL, PRIMARY KEY (study_id, guess, labels, filled)) WITHOUT ROWID""",
    "ALTER TABLE face_facts ADD COLUMN reviewable INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE face_facts ADD COLUMN guess INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE face_facts ADD COLUMN entropy REAL NOT NULL DEFAULT 0",
    f"ALTER TABLE face_facts ADD COLUMN share REAL NOT NULL DEFAULT {NO_SHARE}",
    "ALTER TABLE face_facts ADD COLUMN labels INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE face_facts ADD COLUMN extra INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE face_facts ADD COLUMN filled INTEGER AS (max(0, labels - extra))",
    *QUEUES,
    "CREATE INDEX facts_by_share ON face_facts (study_id, share, face_id) WHERE share < 1",
    *COUNTING,
    """CREATE TRIGGER label_counted AFTER INSERT ON labels BEGIN
        UPDATE face_facts SET labels = labels + 1 WHERE face_id = NEW.face_id; END""",
    """CREATE TRIGGER label_uncounted AFTER DELETE ON labels BEGIN
        UPDATE face_facts SET labels = labels - 1 WHERE face_id = OLD.face_id; END""",
)
"""As the migration that brings them has them: released, so never edited."""


def review_facts(face: Face) -> dict[str, int | float]:
    """The columns that follow from the face itself."""
    guess, _ = face.prediction.top(1)[0]
    return {
        "reviewable": Purpose.REVIEW in face.purposes,
        "guess": guess.value,
        "entropy": entropy(face.prediction.probabilities),
    }
