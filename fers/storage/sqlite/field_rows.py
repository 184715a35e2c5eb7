"""What each face says about models, in a narrow row of its own; triggers (see `migrations`) keep the sums of it."""

import sqlite3

from fers.domain.consent import Purpose
from fers.domain.faces import Face, Source
from fers.storage.shared.field_facts import guess_facts, match_facts


def keep(sql: sqlite3.Connection, face: Face) -> None:
    """Note what a face says about models, in place of what was noted. Imported ones say nothing: nobody met a guess."""
    sql.execute("DELETE FROM field_facts WHERE face_id = ?", (face.id,))
    if face.source is not Source.IMPORT:
        facts = {"face_id": face.id} | guess_facts(face) | match_facts(face)
        values = ", ".join("?" * len(facts))
        sql.execute(f"INSERT INTO field_facts ({', '.join(facts)}) VALUES ({values})", tuple(facts.values()))
    if Purpose.TRAIN not in face.purposes:
        sql.execute("DELETE FROM shadow_answers WHERE face_id = ?", (face.id,))
