"""The roles that people have, beside those that the log gave them: one that was changed in the database differs."""

from collections.abc import Iterator

from fers.domain.audit import roles_given
from fers.domain.interfaces import RecordStore, StudyStore
from fers.domain.people import Role

_Differs = tuple[tuple[str, str], Role, Role]
"""Whose (a person's id and a study's, "" for everywhere), the role they have, and the one that they were given."""


def differing_roles(records: RecordStore, memberships: StudyStore) -> Iterator[str]:
    """A sentence for each. Looks twice: a role may be given meanwhile."""
    differ = _look(records, memberships)
    for (person_id, study_id), has, given in sorted(differ & _look(records, memberships) if differ else ()):
        where = f" in study {study_id}" if study_id else ""
        yield f"person {person_id}: they have the role {has}{where}, and the log gave them {given}"


def _look(records: RecordStore, memberships: StudyStore) -> set[_Differs]:
    given = roles_given(records.audit())
    has: dict[tuple[str, str], Role] = {
        (person.id, ""): person.role for person in records.people() if person.role is not Role.PARTICIPANT
    }
    for study in records.studies():
        has |= {(one.person_id, study.id): one.role for one in memberships.staff_of(study.id)}
    differ = {
        (whose, has.get(whose, Role.PARTICIPANT), given.get(whose, Role.PARTICIPANT)) for whose in has.keys() | given
    }
    # Whoever withdrew has no role any more; what they were given stands in the log for good.
    return {one for one in differ if one[1] is not one[2] and records.person(one[0][0])}
