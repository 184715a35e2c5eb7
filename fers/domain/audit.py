"""The audit log: who did what and when, never to whom by name, sealed so that a later change shows.

Entries stand in chains, each sealed together with the seal of the one before it, so that none can be changed, moved or
taken out of the middle without breaking all that follow. A chain belongs to one *writer*: the embedded store, whose
database has one writer at a time anyway, keeps a single one; where many servers share a store each server begins its
own (its random name drawn at start, its head held in memory, entries created under `chain-number` and never replaced),
so that no document is written by two of them and none becomes a bottleneck. What no chain can show is that its end was
cut off: whoever needs to know notes the latest seal elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from fers.domain.people import Person, Role


@dataclass(frozen=True)
class AuditEntry:
    """One line of the log. `subject` is an opaque id that leads nowhere once its record is gone."""

    at: datetime
    actor_role: str
    """A role, or "system" for what FERS does by itself."""
    action: str
    subject: str
    actor: str = ""
    """The random id of whoever did it. Empty for FERS itself and for participants: they are not followed around."""
    study_id: str = ""
    """Where it happened; empty for the installation as a whole."""
    role: str = ""
    """The role that the person `subject` has from then on, there; empty where the entry is about something else, and in
    those of older versions of FERS."""


@dataclass(frozen=True)
class SealedEntry:
    """An entry in its place in a chain."""

    entry: AuditEntry
    chain: str
    number: int
    """1 for the first of its chain."""
    sha256: str
    """The seal: see `seal`."""


def entry_by(actor: Person, at: datetime, action: str, subject: str, study_id: str = "", role: str = "") -> AuditEntry:
    """The entry about something that `actor` did."""
    own = actor.role_in(study_id)
    return AuditEntry(at, own, action, subject, "" if own is Role.PARTICIPANT else actor.id, study_id, role)


def seal(entry: AuditEntry, chain: str, number: int, previous: str) -> str:
    """SHA-256 over everything an entry says, its place, and the seal before it ("" for the first of its chain)."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [at, str(entry.actor_role), entry.action, entry.subject, entry.actor, entry.study_id]
    said += [str(entry.role)] if entry.role else []  # As older versions sealed what had none.
    return hashlib.sha256(json.dumps([chain, number, *said, previous]).encode()).hexdigest()


def broken_seals(entries: Iterable[SealedEntry]) -> list[str]:
    """A sentence for each place where a chain does not hold. `entries`: chain by chain, each from its beginning."""
    problems, chain, number, previous = [], None, 0, ""
    for sealed in entries:
        if sealed.chain != chain:
            chain, number, previous = sealed.chain, 0, ""
        number += 1
        if sealed.number != number:
            problems.append(f"audit log: entries {number} to {sealed.number - 1} are missing")
        elif sealed.sha256 != seal(sealed.entry, chain, number, previous):
            problems.append(f"audit log: entry {number} is not what was written")
        number, previous = sealed.number, sealed.sha256
    return problems


def roles_given(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], Role]:
    """The roles that a log, from its beginning, leads to: by the person's id and the study's, "" for everywhere. Those
    of participants, which nobody is given, are left out."""
    roles: dict[tuple[str, str], Role] = {}
    for entry in entries:
        whose = (entry.subject, entry.study_id)
        if role := _role_given(entry, roles.get(whose, Role.PARTICIPANT)):
            roles[whose] = role
    return {whose: role for whose, role in roles.items() if role is not Role.PARTICIPANT}


def _role_given(entry: AuditEntry, before: Role) -> Role | None:
    if entry.role:
        return Role(entry.role)
    if entry.action in _BY_INVITATION:  # Who had a larger one kept it.
        return max(before, _BY_INVITATION[entry.action], key=list(Role).index)
    return _BY_WORDS.get(entry.action)


_BY_WORDS = {
    "made administrator by the one-time link": Role.ADMINISTRATOR,
    "took the place in the study away": Role.PARTICIPANT,
    **{f"granted {role}": role for role in Role},
    **{f"gave the role {role}": role for role in Role},
}
"""How entries said it before they had a role of their own: never to be changed."""
_BY_INVITATION = {f"came by invitation as {role}": role for role in Role}
"""Likewise."""
