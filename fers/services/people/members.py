"""Members: who has which role in a study. Participants are not listed: nobody needs to know who gives their face."""

from dataclasses import dataclass

from fers.domain.audit import AuditEntry, entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, SignIn, StudyStore
from fers.domain.people import Membership, Person, Role
from fers.domain.permissions import Action, require
from fers.errors import NotFound
from fers.services.people.studies import Studies


@dataclass(frozen=True)
class Member:
    """Somebody who works on a study."""

    person_id: str
    email: str | None
    """None for somebody who joined by code."""
    role: Role


class Members:
    def __init__(
        self, records: RecordStore, memberships: StudyStore, sign_in: SignIn, studies: Studies, now: Clock = utc_now
    ):
        self._records = records
        self._memberships = memberships
        self._sign_in = sign_in
        self._studies = studies
        self._now = now

    def staff(self, actor: Person, study_id: str) -> list[Member]:
        """The study's annotators, researchers and administrators."""
        study = self._studies.get(actor, study_id)
        memberships = self._memberships.staff_of(study.id)
        return [
            Member(membership.person_id, self._sign_in.email_of(membership.person_id), membership.role)
            for membership in memberships
        ]

    def assign(self, actor: Person, study_id: str, person_id: str, role: Role) -> None:
        """Give somebody who is in the study another role there. Raises NotFound when they are not in it."""
        study = self._studies.get(actor, study_id)
        membership = next(
            (
                membership
                for membership in self._memberships.memberships_of(person_id)
                if membership.study_id == study.id
            ),
            None,
        )
        if membership is None:
            raise NotFound("member.not-in-study")
        self._log(actor, f"gave the role {role}", person_id, study.id, role)
        self._memberships.save_membership(Membership(person_id, study.id, role, membership.entered_at))

    def remove(self, actor: Person, study_id: str, person_id: str) -> None:
        """Take somebody's place in the study away. The faces they gave stay theirs to withdraw."""
        study = self._studies.get(actor, study_id)
        self._log(actor, "took the place in the study away", person_id, study.id, Role.PARTICIPANT)
        self._memberships.delete_membership(person_id, study.id)

    def log(self, actor: Person, study_id: str, count: int) -> list[AuditEntry]:
        """The `count` latest entries of the study's audit log, newest first."""
        study = self._studies.get(actor, study_id)
        return self._records.latest_audit(count, study.id)

    def whole_log(self, actor: Person, count: int) -> list[AuditEntry]:
        """The `count` latest entries of everything that was logged, newest first."""
        require(actor, Action.RUN_INSTALLATION)
        return self._records.latest_audit(count)

    def _log(self, actor: Person, action: str, subject: str, study_id: str, role: Role) -> None:
        """First: what is done is never unlogged."""
        self._records.append_audit(entry_by(actor, self._now(), action, subject, study_id, role))
