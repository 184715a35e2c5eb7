"""What whoever runs FERS does for somebody else's account: a role for it, a new way in."""

from dataclasses import dataclass, replace
from itertools import islice

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, SignIn
from fers.domain.people import Person, Role, ids_of_number
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, NotFound
from fers.services.people.administrators import Administrators


@dataclass(frozen=True)
class Found:
    """Whose account it is that whoever runs FERS is about to change."""

    person: Person
    email: str | None
    photos: int


class HelpDesk:
    def __init__(self, records: RecordStore, sign_in: SignIn, administrators: Administrators, now: Clock = utc_now):
        self._records = records
        self._sign_in = sign_in
        self._administrators = administrators
        self._now = now

    def find(self, actor: Person, whom: str) -> Found:
        """Whose account an e-mail or a `Person.number` names. Raises NotFound, and InvalidInput for neither."""
        require(actor, Action.RUN_INSTALLATION)
        person = self._with_email(whom) if "@" in whom else self._with_number(whom)
        return Found(person, self._sign_in.email_of(person.id), len(self._records.faces_of(person.id)))

    def grant(self, actor: Person, whom: str, role: Role) -> None:
        """Give the account with this number, or this e-mail where its owner proved that it is theirs, a role in every
        study. Raises NotFound when there is none, and InvalidInput for an e-mail that nobody proved."""
        person = self.find(actor, whom).person
        if "@" in whom:
            self._require_proof(person)
        # First the log: what is done is never unlogged.
        self._records.append_audit(entry_by(actor, self._now(), f"granted {role}", person.id, role=role))
        self._administrators.give_role(replace(person, role=role))

    def issue_code(self, actor: Person, whom: str) -> str:
        """A new personal code for the account with this number or e-mail, whose owner can't sign in: perhaps it came
        from a store that keeps passwords to itself. The password and the codes that opened it before do so no more, so
        that whoever signed up with somebody else's address is not there beside its owner. Raises NotFound when there is
        none."""
        person = self.find(actor, whom).person
        self._records.append_audit(entry_by(actor, self._now(), "issued a personal code", person.id))
        self._sign_in.drop_password(person.id)
        return self._sign_in.register_code(person.id)

    def _with_email(self, email: str) -> Person:
        person_id = self._sign_in.person_by_email(email)
        person = self._records.person(person_id) if person_id else None
        if person is None:
            raise NotFound("help-desk.unknown-email")
        return person

    def _with_number(self, number: str) -> Person:
        ids = ids_of_number(number)
        if ids is None:
            raise InvalidInput("help-desk.neither-email-nor-number")
        people = list(islice(self._records.people(ids), 2))
        if len(people) != 1:
            raise NotFound("help-desk.unknown-number")
        return people[0]

    def _require_proof(self, person: Person) -> None:
        """That the person's e-mail is theirs. Raises InvalidInput."""
        if not self._sign_in.sends_mail:
            raise InvalidInput("help-desk.email-unproven")
        if not self._sign_in.is_verified(person.id):
            raise InvalidInput("help-desk.email-unconfirmed")
