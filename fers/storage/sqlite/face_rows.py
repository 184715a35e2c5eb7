"""What a face is found by, in a narrow row of its own; triggers (see `migrations`) keep counts of every combination.

`own`: what its person said, counted by week; `perceived`: what its annotators see, NULL where none looked; `wanted`:
how many labels the face wants, however few its study asks for; `of_sets`: how many of its labels are imported sets' own
and fill no place. A face is open while fewer places are `filled` than the study asks for; none counts as filled as long
as the face itself wants more labels than it has.
"""

import json
import sqlite3
from typing import Any

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import disagreement
from fers.domain.faces import Face
from fers.domain.labels import Opinion
from fers.domain.review import entropy
from fers.storage.shared.documents import face_from_document, face_to_document, time_to_text
from fers.storage.shared.facets import Facts, agreement_in, class_by, facets_of, number_of, perceived_in

FACE_COLUMNS = "id, person_id, study_id, given_at, purge_at, document"
"""What faces are looked up by; everything else about one is in its JSON document."""


def keep(sql: sqlite3.Connection, face: Face) -> None:
    """Note what a face is found by. What its annotators said stays as it is."""
    row = sql.execute("SELECT perceived FROM face_facts WHERE face_id = ?", (face.id,)).fetchone()
    label = class_by(face, row[0] if row else None)
    _keep(sql, _facts(face, label) | {"own": number_of(face.answer.label)} | _review_facts(face))


def keep_opinion(sql: sqlite3.Connection, face_id: str, opinion: Opinion | None) -> None:
    """Note what a face's annotators make of it, and its class by that."""
    row = sql.execute(f"SELECT {FACE_COLUMNS} FROM faces WHERE id = ?", (face_id,)).fetchone()
    if row is not None:
        face, perceived, (agreement, share) = face_of(row), perceived_in(opinion), agreement_in(opinion)
        noted: Facts = {"perceived": perceived, "agreement": agreement, "share": share}
        _keep(sql, _facts(face, class_by(face, perceived)) | noted)


def face_values(face: Face) -> tuple[Any, ...]:
    """A face's row, as `FACE_COLUMNS` has it."""
    document = face_to_document(face)
    columns = [document.pop(column) for column in FACE_COLUMNS.split(", ")[:-1]]
    return (*columns, json.dumps(document))


def face_of(row: sqlite3.Row | tuple[Any, ...]) -> Face:
    """The face of such a row."""
    columns = dict(zip(FACE_COLUMNS.split(", "), row, strict=True))
    return face_from_document(json.loads(columns.pop("document")) | columns)


def _keep(sql: sqlite3.Connection, facts: Facts) -> None:
    values = ", ".join("?" * len(facts))
    updates = ", ".join(f"{column} = excluded.{column}" for column in facts if column != "face_id")
    sql.execute(
        f"INSERT INTO face_facts ({', '.join(facts)}) VALUES ({values}) ON CONFLICT (face_id) DO UPDATE SET {updates}",
        tuple(facts.values()),
    )


def _facts(face: Face, label: Emotion | None) -> Facts:
    return facets_of(face, label) | {
        "face_id": face.id,
        "given_at": time_to_text(face.given_at),
        "disagreement": disagreement(face, label),
    }


def _review_facts(face: Face) -> Facts:
    """What annotators' queues are ordered by, as far as it follows from the face itself."""
    guess, _ = face.prediction.top(1)[0]
    return {
        "reviewable": Purpose.REVIEW in face.purposes,
        "guess": guess.value,
        "entropy": entropy(face.prediction.probabilities),
    }
