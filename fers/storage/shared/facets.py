"""What a face is filtered by, the same in every store."""

from collections.abc import Sequence

from fers.domain.emotions import Emotion
from fers.domain.exploring import class_of, is_disputed, quarter, week_of
from fers.domain.faces import Face, Source
from fers.domain.groups import DIMENSIONS, SelfDescription
from fers.domain.labels import Opinion
from fers.domain.protocols import Place, ThreeLabels

Facts = dict[str, str | int | float | None]
"""What a face is found by: values of fields, by their names."""
NOTHING = -1
"""Stands for no label and for no agreement yet."""
UNSEEN = len(Emotion)
"""Stands, in counts, for a face that no annotator looked at."""
NO_SHARE = 2
"""Stands for no agreement yet: above every share, so that such faces come last."""
SOURCES = list(Source)
GROUPS = {"Age": "age", "Gender": "gender", "Skin tone": "skin"}
"""The fields that hold what the face's person says about themselves, as a place in `DIMENSIONS`."""


def number_of(label: Emotion | None) -> int:
    return NOTHING if label is None else label.value


def label_of(number: int) -> Emotion | None:
    return None if number == NOTHING else Emotion(number)


def perceived_in(opinion: Opinion | None) -> int | None:
    """What is kept of what annotators see; None where none looked."""
    return None if opinion is None else number_of(opinion.perceived)


def class_by(face: Face, perceived: int | None) -> Emotion | None:
    """The face's class by what is kept of what annotators see."""
    return class_of(face, None if perceived is None else Opinion(label_of(perceived), None))


def agreement_in(opinion: Opinion | None) -> tuple[int, float]:
    """How far annotators agree: the quarter and the share."""
    share = opinion.agreement if opinion else None
    return (NOTHING, NO_SHARE) if share is None else (quarter(share), share)


def facets_of(face: Face, label: Emotion | None) -> Facts:
    """`label`: its class."""
    _, confidence = face.prediction.top(1)[0]
    return {
        "study_id": face.study_id,
        "week": week_of(face.given_at).isoformat(),
        "label": number_of(label),
        "disputed": is_disputed(face, label),
        "source": SOURCES.index(face.source),
        "confidence": quarter(confidence),
        "intended": number_of(face.intended),
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


PLACE = ("intended", *GROUPS.values())
"""The fields that say where a face is counted for quotas."""


def numbers_of(place: Place) -> tuple[int, ...]:
    """The place's values of the fields in `PLACE`."""
    said = dict(place.groups)
    groups = (DIMENSIONS[about].index(said[about]) if about in said else NOTHING for about in GROUPS)
    return (place.intended.value, *groups)


def place_of(numbers: Sequence[int]) -> Place:
    """The place with these values of the fields in `PLACE`."""
    intended, *answers = numbers
    said = ((about, answer) for about, answer in zip(GROUPS, answers, strict=True) if answer != NOTHING)
    return Place(Emotion(intended), frozenset((about, DIMENSIONS[about][answer]) for about, answer in said))


def three_labels_of(intended: int, own: int, perceived: int) -> ThreeLabels:
    """As they are counted; `perceived` may be `UNSEEN`."""
    seen = None if perceived == UNSEEN else label_of(perceived)
    return ThreeLabels(Emotion(intended), label_of(own), seen, perceived != UNSEEN)
