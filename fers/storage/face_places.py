"""What a face is found by on Firestore: fields that are compared, and places, which are texts that sort.

A place ends with the face's id, so no two faces have the same, and pages that go on behind a place join up.
"""

import struct
from datetime import UTC

from fers.domain.consent import Purpose
from fers.domain.exploring import disagreement, quarter, week_of
from fers.domain.faces import Face, Source
from fers.domain.review import entropy
from fers.storage.documents import time_to_text

NOTHING = -1
"""Stands for no label and for no agreement yet."""
NO_SHARE = 2.0
"""Stands for no agreement yet: above every share, so that such faces come last."""
SOURCES = list(Source)
_MOST_ENTROPY = 3.0
"""More than the ln 8 of eight classes that are alike."""


def facts_of(face: Face) -> dict:
    """What follows from the face itself."""
    guess, confidence = face.prediction.top(1)[0]
    dispute = disagreement(face)
    place = {"dispute": share_place(dispute, face.id)} if dispute > 0 else {}
    return place | {
        "face_id": face.id,
        "person_id": face.person_id,
        "study_id": face.study_id,
        "week": week_of(face.given_at.astimezone(UTC)).isoformat(),
        "label": NOTHING if face.answer.label is None else face.answer.label.value,
        "disputed": face.answer.label not in (None, guess),
        "source": SOURCES.index(face.source),
        "confidence": quarter(confidence),
        "newest": time_place(time_to_text(face.given_at), face.id),
        "guess": guess.value,
        "certain": share_place(_MOST_ENTROPY - entropy(face.prediction.probabilities), face.id),
        "reviewable": Purpose.REVIEW in face.purposes,
    }


def with_review(facts: dict) -> dict:
    """Together with how far the face's review has come.

    `said_by`: who labelled it; `held`: until when others hold a place, by annotator; `extra`: places beyond the study's
    number; `filled`: its labels less the extra places, missing where it may not be reviewed, so that no queue finds it.
    """
    nothing_yet = {
        "agreement": NOTHING,
        "agreed": share_place(NO_SHARE, facts["face_id"]),
        "said_by": [],
        "held": {},
        "extra": 0,
    }
    facts = nothing_yet | {field: value for field, value in facts.items() if field != "filled"}
    if facts["reviewable"]:
        facts["filled"] = max(0, len(facts["said_by"]) - facts["extra"])
    return facts | {"held_by": sorted(facts["held"])}


def time_place(time: str, face_id: str) -> str:
    return time + face_id


def share_place(share: float, face_id: str) -> str:
    """The bytes of a positive number sort as it does."""
    return struct.pack(">d", share).hex() + face_id
