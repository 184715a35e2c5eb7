"""Accounts: joining, signing in and out, and roles."""

import random
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace

from fers.domain import passwords
from fers.domain.audit import AuditEntry
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import RecordStore, SignIn, StudyStore
from fers.domain.people import Identity, Person, Role
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, NotFound, NotSignedIn, SignInFailed, StoreUnavailable
from fers.services.people.administrators import Administrators
from fers.services.people.invitations import Invitations
from fers.services.people.studies import Studies

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class SignedIn:
    """A person and the secret token that keeps them signed in."""

    person: Person
    token: str


class Accounts:
    def __init__(
        self,
        records: RecordStore,
        memberships: StudyStore,
        sign_in: SignIn,
        studies: Studies,
        invitations: Invitations,
        administrators: Administrators,
        now: Clock = utc_now,
    ):
        self._records = records
        self._memberships = memberships
        self._sign_in = sign_in
        self._studies = studies
        self._invitations = invitations
        self._administrators = administrators
        self._now = now

    def sign_up(self, email: str, password: str) -> None:
        """Make an account. Returns alike whether the e-mail was free or taken, so that nobody learns which.

        Raises InvalidInput for an e-mail or password that can't be used.
        """
        self._check(email, password)
        person = self._new_person(Role.PARTICIPANT)
        self._records.create_person(person)
        if self._sign_in.register(person.id, email, password):
            with suppress(StoreUnavailable):  # The account is there; signing in sends the mail again.
                self._sign_in.send_verification(email, password)
        else:
            self._records.delete_person(person.id)

    def sign_in(self, email: str, password: str, device: str = "") -> SignedIn:
        """Raises SignInFailed, whatever was wrong, and TooManyAttempts after repeated failures.

        `device`: the secret of the browser. Where it came in with this account before, strangers who guess elsewhere
        make nobody wait here.
        """
        person_id = self._checked(email, password, device)
        if not self._sign_in.is_verified(person_id):
            self._sign_in.send_verification(email, password)
            raise SignInFailed("sign-in.email-unconfirmed")
        return self._open(person_id)

    @property
    def sends_mail(self) -> bool:
        """Whether people can reset their password and confirm their e-mail."""
        return self._sign_in.sends_mail

    def reset_password(self, email: str) -> None:
        """Write to the account's owner how to choose a new password. Returns alike for unknown e-mails."""
        self._check_email(email)
        self._sign_in.send_password_reset(email)

    def sign_in_with_provider(self, identity: Identity) -> SignedIn:
        """Sign in whom an OpenID Connect provider vouches for, with a new account the first time.

        `identity`: from a verified ID token. Accounts with an e-mail stay apart: nobody takes one over by an address
        that some provider believes to be theirs.
        """
        person_id = self._sign_in.person_by_identity(identity)
        return self._open(person_id or self._join_by(identity))

    def join(self, study_code: str, caller: str = "") -> tuple[SignedIn, str]:
        """Come without an e-mail: the code of a study or an invitation gives a personal code, the account's only key.

        Raises SignInFailed for a code that no open study and no live invitation has, and TooManyAttempts where too many
        of those were typed. `caller`: where this is (see `SignIn.check_caller`).
        """
        refusal = SignInFailed("sign-in.unknown-study-code")
        if self._invitations.offer(study_code, caller) is None:
            raise refusal
        person = self._new_person(Role.PARTICIPANT)
        self._records.create_person(person)
        try:
            self._invitations.accept(person, study_code)
        except NotFound:  # Somebody else took the invitation's last use.
            self._records.delete_person(person.id)
            raise refusal from None
        code = self._sign_in.register_code(person.id)
        return self._open(person.id), code

    def sign_in_with_code(self, personal_code: str, device: str = "") -> SignedIn:
        """Raises SignInFailed for an unknown code and TooManyAttempts after repeated failures. `device`: as above."""
        person_id = self._sign_in.check_code(personal_code, device)
        if person_id is None:
            raise SignInFailed("sign-in.unknown-personal-code")
        return self._open(person_id)

    def come_back(self, person_id: str, device: str) -> SignedIn:
        """Sign somebody in whom a panel sent, in the browser in which they began. Raises SignInFailed in any other."""
        if not self._sign_in.knows_device(person_id, device):
            raise SignInFailed("arrival.elsewhere")
        return self._open(person_id)

    def new_code(self, actor: Person) -> str:
        """A personal code for the actor, who has no e-mail, in place of the one they have: it opens their account on
        any device. Raises InvalidInput for who has an e-mail, and NotFound when they withdrew a moment ago."""
        if self.email_of(actor) is not None:
            raise InvalidInput("account.has-email")
        code = self._sign_in.register_code(actor.id)
        if self._records.person(actor.id) is None:  # They withdrew everything in another window.
            self._sign_in.forget(actor.id)
            raise NotFound("account.gone")
        return code

    def issue_setup_token(self) -> str | None:
        """What the one-time link for whoever starts FERS has in it; None while somebody administers it."""
        return None if self._administrators.anybody() else self._sign_in.issue_setup_token()

    def set_up(self, setup_token: str, email: str, password: str) -> SignedIn:
        """Make the bearer of the one-time link the administrator, with a new account or the one they have.

        Raises SignInFailed for a used or wrong link, when there is an administrator meanwhile, or when the e-mail is
        taken and the password isn't its own. The link is used up last.
        """
        self.sign_up(email, password)
        person_id = self._checked(email, password)
        if self._administrators.anybody() or not self._sign_in.redeem_setup_token(setup_token):
            raise SignInFailed("sign-in.setup-link-used")
        signed_in = self._open(person_id)
        administrator = replace(signed_in.person, role=Role.ADMINISTRATOR)
        made = "made administrator by the one-time link"
        self._records.append_audit(AuditEntry(self._now(), "system", made, administrator.id, role=Role.ADMINISTRATOR))
        self._administrators.give_role(administrator)
        return replace(signed_in, person=administrator)

    def resume(self, token: str) -> Person | None:
        """The person whose live session `token` is, or None."""
        person_id = self._sign_in.resume(token)
        return self._person(person_id) if person_id else None

    def sign_out(self, token: str) -> None:
        self._sign_in.close_session(token)

    def know_device(self, token: str, device: str) -> bool:
        """Note that whoever has this session came in with a browser that has the secret `device`. Returns whether the
        session lives."""
        person_id = self._sign_in.resume(token)
        if person_id is not None:
            self._sign_in.know_device(person_id, device)
        return person_id is not None

    def email_of(self, actor: Person) -> str | None:
        """The actor's own e-mail; None for somebody who joined by code."""
        return self._sign_in.email_of(require(actor, Action.MANAGE_OWN_DATA).id)

    def has_password(self, actor: Person) -> bool:
        """Whether the actor, who has an e-mail, has to say their password before they choose another one."""
        return self._sign_in.has_password(require(actor, Action.MANAGE_OWN_DATA).id)

    def change_password(self, actor: Person, current: str, new: str, device: str = "") -> SignedIn:
        """Let the password `new` open the actor's account, and end all of their sessions: they go on in the one that
        is returned. `current` counts where they have one.

        Raises InvalidInput for a password that can't be used or for who has no e-mail, SignInFailed for a wrong
        `current` one, and TooManyAttempts after repeated failures.
        """
        email = self.email_of(actor)
        if email is None:
            raise InvalidInput("password.none-to-change")
        passwords.check(new, email)
        if self.has_password(actor) and self._sign_in.check_password(email, current, device) != actor.id:
            if self.sends_mail:
                raise SignInFailed("password.wrong-or-forgotten")
            raise SignInFailed("password.wrong")
        self._sign_in.change_password(actor.id, new)
        return self._open(actor.id)

    def end_other_sessions(self, actor: Person, token: str) -> None:
        """Sign the actor out everywhere but where their session is `token`."""
        self._sign_in.close_sessions(require(actor, Action.MANAGE_OWN_DATA).id, but=token)

    def issue_ticket(self, token: str) -> str:
        """A one-time ticket for a session's token, for the page to trade for its cookie at any server."""
        return self._sign_in.issue_ticket(token)

    def redeem_ticket(self, ticket: str) -> str | None:
        """The token that a ticket stands for, once and within a minute."""
        return self._sign_in.redeem_ticket(ticket)

    def issue_download_token(self, token: str, purpose: str) -> str:
        """See `SignIn.issue_download_token`."""
        return self._sign_in.issue_download_token(token, purpose)

    def redeem_download_token(self, secret: str) -> tuple[str, str] | None:
        """See `SignIn.redeem_download_token`."""
        return self._sign_in.redeem_download_token(secret)

    def _join_by(self, identity: Identity) -> str:
        person = self._new_person(Role.PARTICIPANT)
        self._records.create_person(person)
        if self._sign_in.register_identity(person.id, identity):
            return person.id
        self._records.delete_person(person.id)  # They came twice at once.
        first = self._sign_in.person_by_identity(identity)
        if first is None:
            raise SignInFailed("sign-in.account-removed")
        return first

    def _checked(self, email: str, password: str, device: str = "") -> str:
        """The id of whose credentials these are. Raises SignInFailed."""
        person_id = self._sign_in.check_password(email, password, device)
        if person_id is None:
            raise SignInFailed("sign-in.failed")
        return person_id

    def _check(self, email: str, password: str) -> None:
        self._check_email(email)
        passwords.check(password, email)

    def _check_email(self, email: str) -> None:
        if not _EMAIL.fullmatch(email.strip()) or len(email) > 254:
            raise InvalidInput("email.malformed")

    def _new_person(self, role: Role) -> Person:
        share = self._studies.current().ask_first_share
        asked_first = random.SystemRandom().random() < share
        return Person(secrets.token_hex(16), role, self._now(), asked_first)

    def _open(self, person_id: str) -> SignedIn:
        person = self._person(person_id)
        if person is None:
            raise NotSignedIn("sign-in.account-gone")
        return SignedIn(person, self._sign_in.open_session(person_id))

    def _person(self, person_id: str) -> Person | None:
        """The person as they act: with their roles."""
        person = self._records.person(person_id)
        return person and replace(person, memberships=tuple(self._memberships.memberships_of(person_id)))
