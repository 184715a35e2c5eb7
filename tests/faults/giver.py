"""A process that gives and withdraws faces, one after the other, until it is killed."""

import os
import random
import secrets
from dataclasses import replace
from pathlib import Path

from fers.assembly import assemble
from fers.config import Settings
from fers.domain.people import Person
from fers.services.faces.capture import Draft
from tests.people import HAPPY_POSED, OneFace, OneModel


def give_and_withdraw(settings: Settings, person: Person, draft: Draft, diary: Path, seed: int) -> None:
    """Each line of `diary` is in the file, whole, before the next thing happens: begins or has done it, and a face."""
    chance = random.Random(seed)
    lines = os.open(diary, os.O_WRONLY | os.O_APPEND)
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    prediction = platform.capture.predict(person, draft, draft.suggestions[0])
    kept = [face.id for face in platform.data_export.faces(person)]

    def note(what: str, face_id: str) -> None:
        os.write(lines, f"{what} {face_id}\n".encode())

    while True:
        face_id = secrets.token_hex(16)
        note("giving", face_id)
        platform.capture.submit(person, replace(draft, id=face_id), draft.suggestions[0], prediction, HAPPY_POSED)
        note("gave", face_id)
        kept.append(face_id)
        if chance.random() < 0.9 and len(kept) > 3:
            leaving = kept.pop(chance.randrange(len(kept)))
            note("withdrawing", leaving)
            platform.withdrawal.withdraw_face(person, leaving)
            note("withdrew", leaving)
