"""What a face is filtered by, the same in every store."""

from fers.domain.exploring import is_disputed, quarter
from fers.domain.faces import Face, Source
from fers.domain.field import week_of_face
from fers.domain.groups import DIMENSIONS, SelfDescription

NOTHING = -1
"""Stands for no label and for no agreement yet."""
NO_SHARE = 2
"""Stands for no agreement yet: above every share, so that such faces come last."""
SOURCES = list(Source)
GROUPS = {"Age": "age", "Gender": "gender", "Skin tone": "skin"}
"""The fields that hold what the face's person says about themselves, as a place in `DIMENSIONS`."""


def cell_of(face: Face) -> dict[str, str | int]:
    _, confidence = face.prediction.top(1)[0]
    return {
        "study_id": face.study_id,
        "week": week_of_face(face).isoformat(),
        "label": NOTHING if face.answer.label is None else face.answer.label.value,
        "disputed": is_disputed(face),
        "source": SOURCES.index(face.source),
        "confidence": quarter(confidence),
    }


def groups_of(description: SelfDescription | None) -> dict[str, int]:
    """What faces of somebody who says this are found by."""
    said = description.said() if description else {}
    return {
        field: DIMENSIONS[about].index(said[about]) if about in said else NOTHING for about, field in GROUPS.items()
    }


def group_of(wanted: tuple[str, str]) -> tuple[str, int]:
    """The field and its value for the group that a filter names."""
    about, answer = wanted
    return GROUPS[about], DIMENSIONS[about].index(answer)
