"""The database's shape, as numbered steps. A released step is never edited: the next change is a new step."""

import hashlib
import sqlite3
from collections.abc import Callable

from fers.domain.people import Identity
from fers.errors import OutOfOrder
from fers.storage.shared.credentials import identity_key
from fers.storage.sqlite.audit import seal_earlier_entries
from fers.storage.sqlite.face_rows import SHAPE as FACE_FACTS
from fers.storage.sqlite.face_rows import keep_earlier_faces, keep_for_review
from fers.storage.sqlite.field_rows import SHAPE as FIELD
from fers.storage.sqlite.field_rows import keep_earlier_faces as keep_for_the_field
from fers.storage.sqlite.group_rows import SHAPE as GROUPS
from fers.storage.sqlite.group_rows import SIZES as GROUP_SIZES
from fers.storage.sqlite.opinion_rows import SHAPE as OPINIONS
from fers.storage.sqlite.review_rows import SHAPE as REVIEW
from fers.storage.sqlite.unscored_rows import SHAPE as MISSED

Statement = str | Callable[[sqlite3.Connection], None]
"""SQL, or a function for what SQL can't say."""

_PEOPLE_AND_FACES = (
    """CREATE TABLE people (
        id TEXT PRIMARY KEY, role TEXT NOT NULL, created_at TEXT NOT NULL, asked_first INTEGER NOT NULL)""",
    "CREATE TABLE studies (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL)",
    "CREATE TABLE consent_texts (sha256 TEXT PRIMARY KEY, body TEXT NOT NULL)",
    """CREATE TABLE consents (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, person_id TEXT NOT NULL, study_id TEXT NOT NULL,
        text_version TEXT NOT NULL, text_sha256 TEXT NOT NULL REFERENCES consent_texts, purposes TEXT NOT NULL,
        given_at TEXT NOT NULL)""",
    "CREATE INDEX consents_by_person ON consents (person_id, given_at)",
    """CREATE TABLE faces (
        id TEXT PRIMARY KEY, person_id TEXT NOT NULL, study_id TEXT NOT NULL, given_at TEXT NOT NULL,
        purge_at TEXT NOT NULL, document TEXT NOT NULL)""",
    "CREATE INDEX faces_by_person ON faces (person_id, given_at)",
    "CREATE INDEX faces_by_purge_time ON faces (purge_at)",
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor_role TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL)""",
    "CREATE TABLE journal (face_id TEXT PRIMARY KEY)",
)
_CREDENTIALS = (
    "CREATE TABLE passwords (person_id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, hash TEXT NOT NULL)",
    "CREATE TABLE codes (person_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE)",
    "CREATE TABLE throttles (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, retry_at TEXT NOT NULL)",
    """CREATE TABLE sessions (
        sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL, opened_at TEXT NOT NULL, seen_at TEXT NOT NULL)""",
    "CREATE INDEX sessions_by_person ON sessions (person_id)",
    "CREATE TABLE setup_token (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), sha256 TEXT)",
)
_ANSWERS = (
    """CREATE TABLE answers (
        answers_id TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE,
        said BLOB NOT NULL, PRIMARY KEY (answers_id, face_id)) WITHOUT ROWID""",
    "CREATE INDEX answers_by_face ON answers (face_id)",
    "CREATE TABLE model_runs (answers_id TEXT PRIMARY KEY, finished_at TEXT NOT NULL, document TEXT NOT NULL)",
)
_STUDIES = (
    """CREATE TABLE memberships (
        person_id TEXT NOT NULL, study_id TEXT NOT NULL, role TEXT NOT NULL, entered_at TEXT NOT NULL,
        PRIMARY KEY (person_id, study_id)) WITHOUT ROWID""",
    "CREATE INDEX memberships_by_study ON memberships (study_id, role)",
    """CREATE TABLE invitations (
        id TEXT PRIMARY KEY, study_id TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
        expires_at TEXT NOT NULL, uses_left INTEGER NOT NULL)""",
    "CREATE INDEX invitations_by_study ON invitations (study_id)",
    "ALTER TABLE audit ADD COLUMN actor TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE audit ADD COLUMN study_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE audit ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX audit_by_study ON audit (study_id, number)",
    seal_earlier_entries,
)
_WAYS_IN = (
    """CREATE TABLE identities (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, person_id TEXT NOT NULL,
        PRIMARY KEY (issuer, subject)) WITHOUT ROWID""",
    "CREATE INDEX identities_by_person ON identities (person_id)",
    "CREATE TABLE tickets (sha256 TEXT PRIMARY KEY, sealed TEXT NOT NULL, left_at TEXT NOT NULL) WITHOUT ROWID",
)
_JOBS = (
    """CREATE TABLE jobs (
        name TEXT PRIMARY KEY, attempts INTEGER NOT NULL, holder TEXT NOT NULL, until TEXT NOT NULL) WITHOUT ROWID""",
)
_FAILURES = ("ALTER TABLE jobs ADD COLUMN failure TEXT NOT NULL DEFAULT ''",)
_PROMOTIONS = (
    "CREATE TABLE promotions (number INTEGER PRIMARY KEY AUTOINCREMENT, model_id TEXT NOT NULL, at TEXT NOT NULL)",
)
_FACE_INDEX = (*FACE_FACTS, keep_earlier_faces)
_REVIEW = (*REVIEW, keep_for_review)
_SNAPSHOTS = (
    """CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, study_id TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
        document TEXT NOT NULL, UNIQUE (study_id, name))""",
    """CREATE TABLE snapshot_entries (
        snapshot_id TEXT NOT NULL, split TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE,
        document TEXT NOT NULL, PRIMARY KEY (snapshot_id, face_id)) WITHOUT ROWID""",
    "CREATE INDEX entries_by_split ON snapshot_entries (snapshot_id, split, face_id)",
    "CREATE INDEX entries_by_face ON snapshot_entries (face_id)",
)
_FIELD = (*FIELD, keep_for_the_field)
_ERRANDS = (
    """CREATE TABLE errands (
        sha256 TEXT PRIMARY KEY, sealed TEXT NOT NULL, errand TEXT NOT NULL, ends_at TEXT NOT NULL) WITHOUT ROWID""",
)
_RESULTS = (
    """CREATE TABLE results (
        yardstick TEXT NOT NULL, who TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (yardstick, who)) WITHOUT ROWID""",
    """CREATE TABLE run_progress (
        yardstick TEXT NOT NULL, who TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (yardstick, who)) WITHOUT ROWID""",
)
_VERSIONS_IN_PARTS = (
    "ALTER TABLE snapshots ADD COLUMN attempt TEXT NOT NULL DEFAULT ''",
    "UPDATE snapshots SET attempt = id",
    "ALTER TABLE snapshot_entries RENAME COLUMN snapshot_id TO attempt",
    # Of people who narrowed their consent while a version was being frozen: that used to go unseen.
    """DELETE FROM snapshot_entries WHERE face_id IN (SELECT id FROM faces WHERE 2 >
        (SELECT count(*) FROM json_each(document, '$.purposes') WHERE value IN ('publish', 'train')))""",
    """CREATE TABLE crops (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, encoder TEXT NOT NULL, data BLOB NOT NULL)""",
)


def _hash_identities(connection: sqlite3.Connection) -> None:
    for issuer, subject, person_id in connection.execute("SELECT * FROM named_identities").fetchall():
        values = (identity_key(Identity(issuer, subject)), person_id)
        connection.execute("INSERT INTO identities VALUES (?, ?)", values)


_HASHED_IDENTITIES = (
    "ALTER TABLE identities RENAME TO named_identities",
    "DROP INDEX identities_by_person",
    "CREATE TABLE identities (sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX identities_by_person ON identities (person_id)",
    _hash_identities,
    "DROP TABLE named_identities",
)
_REVISIONS = (
    "CREATE TABLE revisions (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), count INTEGER NOT NULL)",
    "INSERT INTO revisions VALUES (1, 0)",
    *(
        f"CREATE TRIGGER revised_by_{change.lower()}_of_{table} AFTER {change} ON {table}"
        " BEGIN UPDATE revisions SET count = count + 1; END"
        for change, table in (("UPDATE", "faces"), ("DELETE", "faces"), ("DELETE", "labels"))
    ),
)
_SETTLED_FLAGS = (
    """CREATE TABLE settled_flags (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL,
        at TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX settled_flags_by_study ON settled_flags (study_id, face_id)",
)
_ACCESS = (
    """CREATE TABLE access_tokens (
        id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE, study_id TEXT NOT NULL,
        name TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
        last_used_at TEXT) WITHOUT ROWID""",
    "CREATE INDEX access_tokens_by_person ON access_tokens (person_id)",
)
_LATEST_LABELS = (
    "CREATE INDEX labels_by_time ON labels (annotator_id, study_id, json_extract(document, '$.given_at'))",
)
_KEPT_OUT = (
    """CREATE TABLE kept_out (
        study_id TEXT NOT NULL, face_id TEXT NOT NULL, PRIMARY KEY (study_id, face_id)) WITHOUT ROWID""",
    # Until then the log alone said so.
    "INSERT OR IGNORE INTO kept_out SELECT study_id, subject FROM audit WHERE action LIKE 'removed a face: %'",
)
_CLOCK = ("CREATE TABLE clock (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), seen_at TEXT NOT NULL)",)
_DEVICES = (
    """CREATE TABLE devices (
        sha256 TEXT PRIMARY KEY, person_id TEXT NOT NULL, ends_at TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX devices_by_person ON devices (person_id)",
)


def _mark_labels_of_sets(connection: sqlite3.Connection) -> None:
    """Mark the own labels of sets that were imported so far. Under whose id they are kept follows from the study and
    the name of the set, which its terms begin with: a label under any other id stays as it is."""
    terms = "SELECT DISTINCT study_id, body FROM consents JOIN consent_texts ON sha256 = text_sha256 WHERE body LIKE ?"
    title = "# Imported from "
    for study_id, body in connection.execute(terms, (f"{title}%",)).fetchall():
        name = body.partition("\n")[0].removeprefix(title)
        nobody = hashlib.sha256(f"{study_id}\n{name}".encode()).hexdigest()[:32]
        marked = "UPDATE labels SET document = json_set(document, '$.of_a_set', json('true')) WHERE annotator_id = ?"
        connection.execute(marked, (nobody,))
        # What was measured with them is measured anew.
        connection.execute("UPDATE revisions SET count = count + 1")


_LABELS_OF_SETS = (_mark_labels_of_sets,)

MIGRATIONS: tuple[tuple[Statement, ...], ...] = (
    _PEOPLE_AND_FACES,
    _CREDENTIALS,
    _STUDIES,
    _FACE_INDEX,
    _ANSWERS,
    _WAYS_IN,
    _REVIEW,
    _SNAPSHOTS,
    _JOBS,
    _PROMOTIONS,
    _FIELD,
    _ERRANDS,
    _RESULTS,
    GROUPS,
    MISSED,
    _VERSIONS_IN_PARTS,
    _HASHED_IDENTITIES,
    OPINIONS,
    GROUP_SIZES,
    _FAILURES,
    _REVISIONS,
    _SETTLED_FLAGS,
    _ACCESS,
    _LATEST_LABELS,
    _KEPT_OUT,
    _CLOCK,
    _DEVICES,
    _LABELS_OF_SETS,
)
"""Statements of each step, in order. The database's `user_version` is the number of steps it has taken."""


def migrate(connection: sqlite3.Connection, migrations: tuple[tuple[Statement, ...], ...] = MIGRATIONS) -> None:
    """Take the steps that are missing, each in one transaction with the record that it was taken.

    `connection` is in autocommit mode and nobody else migrates meanwhile. Raises StoreUnavailable for a database that a
    newer FERS has migrated further.
    """
    (taken,) = connection.execute("PRAGMA user_version").fetchone()
    if taken > len(migrations):
        raise OutOfOrder("This store was made by a newer version of FERS.", "Update FERS, then start it again.")
    if _took_jobs_out_of_turn(connection, taken):
        _take(connection, _REVIEW + _SNAPSHOTS, 9)
        taken = 9
    for number, statements in enumerate(migrations[taken:], start=taken + 1):
        _take(connection, statements, number)


def _take(connection: sqlite3.Connection, statements: tuple[Statement, ...], number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            if callable(statement):
                statement(connection)
            else:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _took_jobs_out_of_turn(connection: sqlite3.Connection, taken: int) -> bool:
    """Whether the database is of commit 85990e2, whose seventh step is today's ninth: two lines of work met later."""
    has_jobs = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone()
    return taken == 7 and has_jobs is not None
