"""People and what their role lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from fers.domain.clock import behind
from fers.domain.ranges import IdRange

_NUMBER_DIGITS, _NUMBER_GROUP = 12, 4


class Role(StrEnum):
    """From the one who may do least to the one who may do most."""

    PARTICIPANT = "participant"
    ANNOTATOR = "annotator"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Membership:
    """A person's role in one study."""

    person_id: str
    study_id: str
    role: Role
    entered_at: datetime
    """When they last came into this study. They work in the one they entered last."""


def entry_after(memberships: Iterable[Membership], now: datetime) -> datetime:
    """When somebody comes into a study, so that they are in it then: behind everything they entered before, also where
    the clock of another server was ahead."""
    return behind((membership.entered_at for membership in memberships), now)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, known only by a random id: e-mail addresses stay with the sign-in adapter."""

    id: str
    role: Role
    """The role in every study, whatever memberships add to it. Administrators run the installation itself."""
    created_at: datetime
    asked_first: bool
    """Whether this person is asked for the label before the prediction is shown (drawn once, when they join)."""
    memberships: tuple[Membership, ...] = ()
    """Where they have a role of their own, the study entered last first. Filled in by `Accounts` for whoever acts; kept
    apart from the person's record."""

    @property
    def number(self) -> str:
        """How people name themselves to whoever runs FERS: the beginning of their id, like `3f2a-91bc-07de`."""
        return "-".join(self.id[start : start + _NUMBER_GROUP] for start in range(0, _NUMBER_DIGITS, _NUMBER_GROUP))

    @property
    def study_id(self) -> str | None:
        """The study they work in; None: the one that newcomers come to."""
        return self.memberships[0].study_id if self.memberships else None

    def role_in(self, study_id: str | None) -> Role:
        """The larger of the role everywhere and the one in this study."""
        roles = [self.role, *(membership.role for membership in self.memberships if membership.study_id == study_id)]
        return max(roles, key=list(Role).index)


def ids_of_number(number: str) -> IdRange | None:
    """The ids that begin with a `Person.number`, with or without its dashes; None for anything else."""
    digits = "".join(number.lower().replace("-", " ").split())
    if len(digits) != _NUMBER_DIGITS or not set(digits) <= set("0123456789abcdef"):
        return None
    return IdRange(digits, f"{digits}g")


@dataclass(frozen=True)
class Identity:
    """How an OpenID Connect provider knows somebody: its issuer (`iss`) and the subject (`sub`), unique together."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class Keys:
    """What opens somebody's account and can be handed over to another store: all but their password."""

    email: str | None = None
    codes: frozenset[str] = frozenset()
    """SHA-256 of each personal code."""
    identities: frozenset[str] = frozenset()
    """SHA-256 of each `Identity`, as the stores reckon it."""


OPERATOR = Person("operator", Role.ADMINISTRATOR, datetime.min.replace(tzinfo=UTC), asked_first=False)
"""Whoever works at the server's own command line: they own its files, so they may do what an administrator may."""
