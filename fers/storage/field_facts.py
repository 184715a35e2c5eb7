"""What each face says about models, in a narrow row of its own, and the sums of it, kept by triggers.

Confidences are kept in millionths: whole numbers can be taken off a sum again without leaving anything behind.
"""

import sqlite3

from fers.domain.consent import Purpose
from fers.domain.faces import Face, Source
from fers.domain.field import match_of, week_of_face
from fers.storage.face_facts import stored_faces

MILLION = 1_000_000
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


def guess_facts(face: Face) -> dict[str, str | int]:
    """What the guess that its person met adds to the sums of its study, week and model."""
    prediction, label = face.prediction, face.answer.label
    guess, confidence = prediction.top(1)[0]
    return {
        "study_id": face.study_id,
        "week": week_of_face(face).isoformat(),
        "model": f"{prediction.model_id} {prediction.model_version}",
        "millionths": round(confidence * MILLION),
        "squares": round(confidence**2 * MILLION),
        "unsure": int(not prediction.sure),
        "labelled": int(label is not None),
        "agreed": int(label is guess),
    }


def match_facts(face: Face) -> dict[str, str | int]:
    """What the face says about two models; all empty when nothing."""
    match = match_of(face)
    if match is None:
        return dict.fromkeys(_MATCH.split(", "), 0) | {"trial_id": "", "shown": "", "rival": ""}
    return {
        "trial_id": match.trial_id,
        "shown": match.shown,
        "rival": match.rival,
        "before": int(match.before),
        "shown_right": int(match.shown_right),
        "rival_right": int(match.rival_right),
        "closer": match.closer,
    }
