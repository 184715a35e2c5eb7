"""People and what their role lets them do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Role(StrEnum):
    PARTICIPANT = "participant"
    ANNOTATOR = "annotator"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, known only by a random id: e-mail addresses stay with the sign-in adapter."""

    id: str
    role: Role
    created_at: datetime
    asked_first: bool
    """Whether this person is asked for the label before the prediction is shown (drawn once, when they join)."""


OPERATOR = Person("operator", Role.ADMINISTRATOR, datetime.min.replace(tzinfo=UTC), asked_first=False)
"""Whoever works at the server's own command line: they own its files, so they may do what an administrator may."""
