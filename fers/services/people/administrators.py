"""Somebody has to be able to run the installation: whoever is the last one can't leave without handing over."""

from dataclasses import replace
from datetime import datetime

from fers.domain.audit import entry_by
from fers.domain.interfaces import RecordStore, SignIn
from fers.domain.people import Keys, Person, Role
from fers.errors import NotPermitted


class Administrators:
    def __init__(self, records: RecordStore, sign_in: SignIn):
        self._records = records
        self._sign_in = sign_in

    def anybody(self, but: str = "") -> bool:
        """Whether somebody can sign in and run this installation, apart from the person with the id `but`."""
        others = (person.id for person in self._records.administrators() if person.id != but)
        return any(self._sign_in.keys_of(person_id) != Keys() for person_id in others)

    def give_role(self, person: Person) -> None:
        """Keep the role that `person` has."""
        self._records.update_person(person)
        self._sign_in.note_role(person.id, person.role)

    def stand_down(self, person: Person, at: datetime) -> None:
        """Make `person` an administrator no longer, if they are one. Raises NotPermitted when nobody else is.

        Two who do so at once both look after they stood down, and neither finds the other: both stay.
        """
        before = self._records.person(person.id)
        if before is None or before.role is not Role.ADMINISTRATOR:
            return
        if self.anybody(but=person.id):
            self._records.update_person(replace(before, role=Role.PARTICIPANT))
            if self.anybody(but=person.id):
                stood = entry_by(before, at, "stood down as administrator", person.id, role=Role.PARTICIPANT)
                self._records.append_audit(stood)
                return
            self._records.update_person(before)
        raise NotPermitted("administrator.last")
