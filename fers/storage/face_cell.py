"""What a face is filtered by, the same in every store."""

from datetime import UTC

from fers.domain.exploring import quarter, week_of
from fers.domain.faces import Face, Source

NOTHING = -1
"""Stands for no label and for no agreement yet."""
NO_SHARE = 2
"""Stands for no agreement yet: above every share, so that such faces come last."""
SOURCES = list(Source)


def cell_of(face: Face) -> dict[str, str | int]:
    guess, confidence = face.prediction.top(1)[0]
    return {
        "study_id": face.study_id,
        "week": week_of(face.given_at.astimezone(UTC)).isoformat(),
        "label": NOTHING if face.answer.label is None else face.answer.label.value,
        "disputed": face.answer.label not in (None, guess),
        "source": SOURCES.index(face.source),
        "confidence": quarter(confidence),
    }
