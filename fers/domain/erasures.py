"""What people took back, kept apart from the records, so that no old copy of these brings it to life again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fers.domain.consent import Purpose


class Erased(StrEnum):
    FACE = "face"
    """Withdrawn, removed or past its retention date."""
    PERSON = "person"
    """Withdrew everything."""
    PURPOSES = "purposes"
    """A face may be used for less than before."""
    DESCRIPTION = "description"
    """What a person said about themselves in a study."""
    REPLIES = "replies"
    """What a person answered to a study's own questions."""
    PARTICIPATION = "participation"
    """What was kept of somebody from a panel, erased by the study's owner."""


@dataclass(frozen=True)
class Erasure:
    """One of these, by random ids that lead nowhere once their records are gone."""

    what: Erased
    subject: str
    """The id of a face, a person or a participation."""
    at: datetime
    study_id: str = ""
    """Of a description, of replies or of a participation."""
    purposes: frozenset[Purpose] = frozenset()
    """What a face may still be used for."""
