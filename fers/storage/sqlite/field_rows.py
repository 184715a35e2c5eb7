"""What each face says about models, in a narrow row of its own, and the sums of it, kept by triggers."""

import sqlite3

from fers.domain.consent import Purpose
from fers.domain.faces import Face, Source
from fers.storage.shared.field_facts import guess_facts, match_facts
from fers.storage.sqlite.face_rows import stored_faces

_SUMS = ("millionths", "squares", "unsure", "labelled", "agreed")
_MATCH = "trial_id, shown, rival, before, shown_right, rival_right, closer"
_GUESS = "study_id, week, model"


def _counting(which: str, step: int) -> str:
    match = ", ".join(f"{which}.{column}" for column in _MATCH.split(", "))
    guess = ", ".join(f"{which}.{column}" for column in _GUESS.split(", "))
    sums = ", ".join(f"{step} * {which}.{column}" for column in _SUMS)
    added = ", ".join(f"{column} = {column} + excluded.{column}" for column in ("faces", *_SUMS))
    return (
        f"INSERT INTO guess_sums VALUES ({guess}, {step}, {sums}) ON CONFLICT ({_GUESS}) DO UPDATE SET {added};"
        f" INSERT INTO match_counts SELECT {match}, {step} WHERE {which}.trial_id <> ''"
        f" ON CONFLICT ({_MATCH}) DO UPDATE SET faces = faces + {step};"
    )


SHAPE = (
    f"""CREATE TABLE field_facts (
        face_id TEXT PRIMARY KEY REFERENCES faces ON DELETE CASCADE, study_id TEXT NOT NULL, week TEXT NOT NULL,
        model TEXT NOT NULL, {", ".join(f"{column} INTEGER NOT NULL" for column in _SUMS)},
        trial_id TEXT NOT NULL, shown TEXT NOT NULL, rival TEXT NOT NULL, before INTEGER NOT NULL,
        shown_right INTEGER NOT NULL, rival_right INTEGER NOT NULL, closer INTEGER NOT NULL) WITHOUT ROWID""",
    f"""CREATE TABLE guess_sums (
        study_id TEXT NOT NULL, week TEXT NOT NULL, model TEXT NOT NULL, faces INTEGER NOT NULL,
        {", ".join(f"{column} INTEGER NOT NULL" for column in _SUMS)}, PRIMARY KEY ({_GUESS})) WITHOUT ROWID""",
    f"""CREATE TABLE match_counts (
        trial_id TEXT NOT NULL, shown TEXT NOT NULL, rival TEXT NOT NULL, before INTEGER NOT NULL,
        shown_right INTEGER NOT NULL, rival_right INTEGER NOT NULL, closer INTEGER NOT NULL, faces INTEGER NOT NULL,
        PRIMARY KEY ({_MATCH})) WITHOUT ROWID""",
    f"CREATE TRIGGER field_counted AFTER INSERT ON field_facts BEGIN {_counting('NEW', 1)} END",
    f"CREATE TRIGGER field_uncounted AFTER DELETE ON field_facts BEGIN {_counting('OLD', -1)} END",
    """CREATE TABLE trials (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, entrants TEXT NOT NULL,
        started_at TEXT NOT NULL, ended_at TEXT)""",
    """CREATE TABLE shadow_choices (
        number INTEGER PRIMARY KEY AUTOINCREMENT, model_ids TEXT NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE shadow_answers (
        answers_id TEXT NOT NULL, face_id TEXT NOT NULL REFERENCES faces ON DELETE CASCADE, week TEXT NOT NULL,
        rank INTEGER NOT NULL, PRIMARY KEY (answers_id, face_id)) WITHOUT ROWID""",
    "CREATE INDEX shadow_answers_by_face ON shadow_answers (face_id)",
    """CREATE TABLE shadow_counts (
        answers_id TEXT NOT NULL, week TEXT NOT NULL, rank INTEGER NOT NULL, faces INTEGER NOT NULL,
        PRIMARY KEY (answers_id, week, rank)) WITHOUT ROWID""",
    """CREATE TRIGGER shadow_counted AFTER INSERT ON shadow_answers BEGIN
        INSERT INTO shadow_counts VALUES (NEW.answers_id, NEW.week, NEW.rank, 1)
        ON CONFLICT (answers_id, week, rank) DO UPDATE SET faces = faces + 1; END""",
    """CREATE TRIGGER shadow_uncounted AFTER DELETE ON shadow_answers BEGIN
        UPDATE shadow_counts SET faces = faces - 1
        WHERE answers_id = OLD.answers_id AND week = OLD.week AND rank = OLD.rank; END""",
    "CREATE TABLE version_sums (snapshot_id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE shadow_reached (answers_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
)
"""As the migration that brings them has them: released, so never edited."""


def keep(sql: sqlite3.Connection, face: Face) -> None:
    """Note what a face says about models, in place of what was noted. Imported ones say nothing: nobody met a guess."""
    sql.execute("DELETE FROM field_facts WHERE face_id = ?", (face.id,))
    if face.source is not Source.IMPORT:
        facts = {"face_id": face.id} | guess_facts(face) | match_facts(face)
        values = ", ".join("?" * len(facts))
        sql.execute(f"INSERT INTO field_facts ({', '.join(facts)}) VALUES ({values})", tuple(facts.values()))
    if Purpose.TRAIN not in face.purposes:
        sql.execute("DELETE FROM shadow_answers WHERE face_id = ?", (face.id,))


def keep_earlier_faces(connection: sqlite3.Connection) -> None:
    """Note it for the faces of a store that did not."""
    for face in stored_faces(connection):
        keep(connection, face)
