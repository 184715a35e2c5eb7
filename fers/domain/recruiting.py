"""People whom a panel (Prolific, SONA, MTurk) sends into a study: how far they are, and how they get back there."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

PANEL_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
"""What panels call people. Anything else in its place is a mistake, such as a placeholder that nobody filled in."""
ID_PLACEHOLDER = "{id}"
"""Where the id belongs in the address of an exit."""


class Status(StrEnum):
    """How far somebody from a panel is."""

    CAME = "came"
    CONSENTED = "consented"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    DECLINED = "declined"
    SCREENED_OUT = "screened out"
    FAILED_CHECK = "failed a check"
    WITHDREW = "withdrew"

    @property
    def is_ending(self) -> bool:
        """Whether nothing is asked of them any more."""
        return self not in _ON_THE_WAY


_ON_THE_WAY = (Status.CAME, Status.CONSENTED, Status.IN_PROGRESS)
_ORDER = tuple(Status)


@dataclass(frozen=True)
class Exit:
    """How people are sent back to the panel."""

    url: str = ""
    """https, with `{id}` wherever the panel wants its id; "": there is no link."""
    code: str = ""
    """The panel's completion code, for people to copy; "": there is none."""

    def address(self, panel_id: str) -> str:
        return self.url.replace(ID_PLACEHOLDER, quote(panel_id, safe=""))

    @property
    def leads_somewhere(self) -> bool:
        return bool(self.url or self.code)


@dataclass(frozen=True)
class Recruiting:
    """How a study takes people from a panel, and sends them back."""

    parameter: str = ""
    """What the panel's id is called in the link; "": people from panels are none of its concern."""
    completed: Exit = Exit()
    declined: Exit = Exit()
    """Also for who takes back everything."""
    screened_out: Exit = Exit()
    """Also for who comes when the study is full or closed."""
    failed_check: Exit = Exit()

    @property
    def is_on(self) -> bool:
        return bool(self.parameter)

    def exit_for(self, ending: Status) -> Exit:
        return {
            Status.COMPLETED: self.completed,
            Status.DECLINED: self.declined,
            Status.WITHDREW: self.declined,
            Status.SCREENED_OUT: self.screened_out,
            Status.FAILED_CHECK: self.failed_check,
        }.get(ending, Exit())


NO_PANEL = Recruiting()


@dataclass(frozen=True)
class Participation:
    """What is kept of somebody from a panel in one study, for paying them. A study knows each panel id once."""

    id: str
    """Random: whatever speaks of it elsewhere tells nobody's panel id."""
    study_id: str
    panel_id: str
    person_id: str | None
    """Whose account it is; None once that is gone."""
    reached: tuple[tuple[Status, datetime], ...]
    """Every status they had, and since when; the last one is theirs now."""
    given: int = field(default=0, kw_only=True)
    """Tasks they have done; in a free study, photos they have sent."""
    skipped: int = field(default=0, kw_only=True)
    """Tasks they have left out."""
    kept: int = field(default=0, kw_only=True)
    """Photos of theirs that the study has."""

    @property
    def status(self) -> Status:
        return self.reached[-1][0]

    @property
    def is_over(self) -> bool:
        return self.status.is_ending

    def at(self, status: Status) -> datetime | None:
        """When they came to this status; None if they never did."""
        return dict(self.reached).get(status)

    def on_to(self, status: Status, now: datetime) -> "Participation":
        """The same with a later status; whoever is there already, or at an end, stays where they are."""
        if self.is_over or _ORDER.index(status) <= _ORDER.index(self.status):
            return self
        return replace(self, reached=(*self.reached, (status, now)))

    def unlinked(self, ending: Status, now: datetime) -> "Participation":
        """The bare status that is left once the account is gone; and that it was completed, for them to be paid."""
        completed = tuple(since for since in self.reached if since[0] is Status.COMPLETED)
        return replace(self, person_id=None, reached=(*completed, (ending, now)), given=0, skipped=0, kept=0)
