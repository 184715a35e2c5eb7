"""What a face is found by on Firestore: fields that are compared, and places, which are texts that sort.

A place ends with the face's id, so no two faces have the same, and pages that go on behind a place join up.
"""

import struct
from typing import Any

from fers.domain.consent import Purpose
from fers.domain.exploring import disagreement
from fers.domain.faces import Face
from fers.domain.review import entropy
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.facets import NO_SHARE, NOTHING, class_by, facets_of, number_of

_MOST_ENTROPY = 3.0
"""More than the ln 8 of eight classes that are alike."""


def index_row_of(face: Face, perceived: int | None = None) -> dict[str, Any]:
    """What follows from the face itself and from what its annotators see (see `perceived_in`)."""
    guess, _ = face.prediction.top(1)[0]
    label = class_by(face, perceived)
    dispute = disagreement(face, label)
    place = {"dispute": share_sort_key(dispute, face.id)} if dispute > 0 else {}
    return (
        place
        | facets_of(face, label)
        | {
            "own": number_of(face.answer.label),
            "perceived": perceived,
            "face_id": face.id,
            "person_id": face.person_id,
            "newest": time_sort_key(time_to_text(face.given_at), face.id),
            "guess": guess.value,
            "certain": share_sort_key(_MOST_ENTROPY - entropy(face.prediction.probabilities), face.id),
            "reviewable": Purpose.REVIEW in face.purposes,
        }
    )


def with_review(facts: dict[str, Any]) -> dict[str, Any]:
    """Together with how far the face's review has come.

    `said_by`: who labelled it; `of_sets`: which of these are imported sets, whose labels fill no place, missing where
    nobody has looked; `held`: until when others hold a place, by annotator; `wanted`: how many labels it wants, however
    few its study asks for; `filled`: its labels, or 0 as long as it wants more than it has; missing where it may not be
    reviewed, so that no queue finds it.
    """
    nothing_yet: dict[str, Any] = {
        "agreement": NOTHING,
        "agreed": share_sort_key(NO_SHARE, facts["face_id"]),
        "said_by": [],
        "held": {},
        "wanted": 0,
    }
    facts = nothing_yet | {field: value for field, value in facts.items() if field not in ("filled", "extra")}
    if facts["reviewable"]:
        labels = said_by_annotators(facts)
        facts["filled"] = 0 if labels < facts["wanted"] else labels
    return facts | {"held_by": sorted(facts["held"])}


def said_by_annotators(facts: dict[str, Any]) -> int:
    """How many annotators labelled the face, without imported sets."""
    return len(facts["said_by"]) - len(facts.get("of_sets", []))


def time_sort_key(time: str, face_id: str) -> str:
    return time + face_id


def share_sort_key(share: float, face_id: str) -> str:
    """The bytes of a positive number sort as it does."""
    return struct.pack(">d", share).hex() + face_id
