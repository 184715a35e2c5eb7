"""Invitations: making them, seeing and revoking them, and coming by one."""

import random
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, SignIn, StudyStore
from fers.domain.invitations import Invitation, code_sha256
from fers.domain.people import Membership, Person, Role, entry_after
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, NotFound, NotSignedIn
from fers.services.people.studies import Studies

LONGEST_DAYS = 365
MOST_USES = 1000
_GROUPS, _GROUP_BYTES = 4, 3  # 96 random bits: nobody guesses one.


@dataclass(frozen=True)
class Offer:
    """What the bearer of a code is invited to."""

    study: Study
    role: Role


class Invitations:
    def __init__(
        self, records: RecordStore, memberships: StudyStore, sign_in: SignIn, studies: Studies, now: Clock = utc_now
    ):
        self._records = records
        self._memberships = memberships
        self._sign_in = sign_in
        self._studies = studies
        self._now = now

    def invite(self, actor: Person, study_id: str, role: Role, days: int, uses: int) -> str:
        """Make an invitation that lasts `days` (1 to 365) for `uses` people (1 to 1000). Returns its code, which is
        shown this once. Raises InvalidInput."""
        study = self._studies.get(actor, study_id)
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput("invitation.days", longest=LONGEST_DAYS)
        if not 1 <= uses <= MOST_USES:
            raise InvalidInput("invitation.uses", most=MOST_USES)
        code = "-".join(secrets.token_hex(_GROUP_BYTES) for _ in range(_GROUPS))
        expires_at = self._now() + timedelta(days=days)
        invitation = Invitation(secrets.token_hex(8), study.id, role, code_sha256(code), expires_at, uses)
        self._memberships.create_invitation(invitation)
        self._log(actor, f"invited {uses} as {role}", invitation.id, study.id)
        return code

    def open_ones(self, actor: Person, study_id: str) -> list[Invitation]:
        """The study's invitations that somebody can still come by."""
        study = self._studies.get(actor, study_id)
        return [invitation for invitation in self._memberships.invitations_to(study.id) if invitation.live(self._now())]

    def revoke(self, actor: Person, study_id: str, invitation_id: str) -> None:
        """Let nobody else come by this invitation. Raises NotFound when the study has no such invitation."""
        study = self._studies.get(actor, study_id)
        if invitation_id not in {invitation.id for invitation in self._memberships.invitations_to(study.id)}:
            raise NotFound("invitation.gone")
        self._memberships.revoke_invitation(invitation_id)
        self._log(actor, "revoked an invitation", invitation_id, study.id)

    def offer(self, code: str, caller: str = "") -> Offer | None:
        """What `code` invites to, a live invitation or an open study's code; None for any other. Asked by people who
        are not signed in yet. `caller`: where they are (see `SignIn.check_caller`). Raises TooManyAttempts."""
        self._sign_in.check_caller(caller)
        offer = self._offer(code)
        if offer is None:
            self._sign_in.count_miss(caller)
        return offer

    def _offer(self, code: str) -> Offer | None:
        if study := self._studies.with_code(code):
            return Offer(study, Role.PARTICIPANT)
        invitation = self._memberships.invitation(code_sha256(code))
        if invitation is None or not invitation.live(self._now()):
            return None
        study = next(study for study in self._records.studies() if study.id == invitation.study_id)
        return Offer(study, invitation.role)

    def accept(self, actor: Person, code: str) -> Study:
        """Give the actor the place that `code` invites to, and work there from now on. Who has a larger role in the
        study keeps it. Raises NotFound for a code that invites nobody (any more), NotSignedIn for whose account is
        gone, and TooManyAttempts."""
        require(actor, Action.MANAGE_OWN_DATA)
        offer = self.offer(code, f"person {actor.id}")
        if offer is None:
            raise NotFound("invitation.over")
        try:
            return self._enter(actor, code, offer)
        except AlreadyExists:  # Another window of theirs was quicker, and uses up what both came by.
            return self._enter(actor, code, offer)

    def _enter(self, actor: Person, code: str, offer: Offer) -> Study:
        """Raises AlreadyExists when the actor's role in the study changes meanwhile."""
        memberships = self._memberships.memberships_of(actor.id)
        known = {membership.study_id: membership.role for membership in memberships}
        now = entry_after(memberships, self._now())
        if self._records.person(actor.id) is None:  # They have withdrawn meanwhile: nothing is used up for them.
            raise NotSignedIn("invitation.account-gone")
        before = known.get(offer.study.id)
        role = max(offer.role, before or Role.PARTICIPANT, key=list(Role).index)
        if offer.role is not Role.PARTICIPANT:  # First: what is done is never unlogged.
            self._log(actor, f"came by invitation as {offer.role}", actor.id, offer.study.id, role)
        place = Membership(actor.id, offer.study.id, role, now)
        if role is before:  # Who gains nothing uses nothing up.
            if not self._memberships.note_entry(actor.id, offer.study.id, now):
                raise NotFound("invitation.over")  # Their place was taken away just now, and is not given back.
        elif self._studies.with_code(code):
            self._memberships.add_membership(place)
        elif self._memberships.use_invitation(code_sha256(code), self._now(), place, before) is None:
            raise NotFound("invitation.over")
        if offer.study.id not in known:
            self._draw_who_is_asked_first(actor, offer.study)
        return offer.study

    def _draw_who_is_asked_first(self, actor: Person, study: Study) -> None:
        """Each study has its own share of people who label before they see a guess."""
        person = self._records.person(actor.id)
        asked_first = random.SystemRandom().random() < study.ask_first_share
        if person is None:  # They have withdrawn meanwhile, and nothing of theirs stays.
            self._memberships.delete_membership(actor.id, study.id)
            raise NotSignedIn("invitation.account-gone")
        self._records.update_person(replace(person, asked_first=asked_first))

    def _log(self, actor: Person, action: str, subject: str, study_id: str, role: str = "") -> None:
        self._records.append_audit(entry_by(actor, self._now(), action, subject, study_id, role))
