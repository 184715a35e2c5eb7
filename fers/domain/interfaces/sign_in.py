"""Credentials and sessions."""

from typing import Protocol

from fers.domain.people import Identity, Keys, Role

TICKET_SECONDS = 60
DOWNLOAD_TOKEN_SECONDS = 3600
DEVICE_DAYS = 180


class SignIn(Protocol):
    """Credentials and sessions. Knows e-mail addresses, password hashes and codes; nothing else does."""

    sends_mail: bool
    """Whether it can write to people. Where it can't, every e-mail passes for verified and no password is reset."""

    def register(self, person_id: str, email: str, password: str) -> bool:
        """Bind an e-mail and password to a new person. False, at the same cost, when the e-mail is taken."""

    def register_code(self, person_id: str) -> str:
        """Bind a person to a new personal code, in place of the one they have, and return it; it is shown once and kept
        only as a hash."""

    def check_password(self, email: str, password: str, device: str = "") -> str | None:
        """The person's id, or None for wrong credentials, at the same cost whether the e-mail exists or not.
        Raises TooManyAttempts after repeated failures: those with a `device` that the person is known to use are
        counted apart, so that no stranger who guesses makes its owner wait."""

    def know_device(self, person_id: str, device: str) -> None:
        """Note that the person came in with a browser that has this secret. It is forgotten `DEVICE_DAYS` later, or
        when their password is changed or dropped."""

    def knows_device(self, person_id: str, device: str) -> bool:
        """Whether the person came in with this browser before, as noted by `know_device`."""

    def has_password(self, person_id: str) -> bool:
        """Whether the person, who has an e-mail, has to say their password before they choose another one."""

    def change_password(self, person_id: str, password: str) -> None:
        """Let this password open the account that an e-mail names, and none before; ends all of the person's
        sessions. Who has no e-mail gets no password."""

    def drop_password(self, person_id: str) -> None:
        """Let no password open the account until its owner chooses one; ends all of the person's sessions."""

    def check_code(self, code: str, device: str = "") -> str | None:
        """The person's id, or None. Raises TooManyAttempts after repeated failures, and not for the right code with a
        `device` that the person is known to use."""

    def send_verification(self, email: str, password: str) -> None:
        """Ask the owner of the address to confirm that it is theirs; nothing happens for wrong credentials."""

    def is_verified(self, person_id: str) -> bool:
        """Whether the person's e-mail, if they have one, is known to be theirs."""

    def send_password_reset(self, email: str) -> None:
        """Write how to choose a new password; nothing happens for unknown e-mails, so that nobody learns which are
        known. Whoever chooses one ends all sessions. Raises TooManyAttempts after repeated requests."""

    def register_identity(self, person_id: str, identity: Identity) -> bool:
        """Bind a person to how an OIDC provider knows them. False when somebody is bound to it already."""

    def person_by_identity(self, identity: Identity) -> str | None: ...

    def note_role(self, person_id: str, role: Role) -> None:
        """Tell whatever else trusts this sign-in. FERS itself goes by the person's record."""

    def person_by_email(self, email: str) -> str | None: ...

    def email_of(self, person_id: str) -> str | None: ...

    def keys_of(self, person_id: str) -> Keys:
        """What opens the person's account; nothing at all when nobody can sign in as them."""

    def adopt(self, person_id: str, keys: Keys) -> None:
        """Let what opened the person's account in another store open it here: these codes and identities and no others,
        and the e-mail, with the password it has here or else none yet. What is somebody else's here stays theirs."""

    def forget(self, person_id: str) -> None:
        """Delete the person's credentials and end all their sessions."""

    def open_session(self, person_id: str) -> str:
        """Return a secret token that `resume` accepts until it times out or is closed."""

    def resume(self, token: str) -> str | None:
        """The person's id for a live session (whose idle time starts anew), else None."""

    def close_session(self, token: str) -> None: ...

    def close_sessions(self, person_id: str, but: str = "") -> None:
        """End all of the person's sessions, but the one of the token `but`."""

    def issue_ticket(self, token: str) -> str:
        """Return a ticket for a session's token, good for one use within `TICKET_SECONDS`. The token itself can't be
        read from what is kept."""

    def redeem_ticket(self, ticket: str) -> str | None:
        """Use a ticket up. Its token, or None when it is unknown, used or too old."""

    def issue_download_token(self, token: str, purpose: str) -> str:
        """Return a secret that stands for a session's token and for what may be done with it, and for nothing else, as
        often as wanted within `DOWNLOAD_TOKEN_SECONDS`. The token can't be read from what is kept."""

    def redeem_download_token(self, secret: str) -> tuple[str, str] | None:
        """The token and the purpose, or None when the secret is unknown or too old. Whether the session still lives is
        for `resume` to say."""

    def check_caller(self, caller: str) -> None:
        """Raises TooManyAttempts while whoever calls from there has to wait: too many codes of studies and invitations
        that they typed were nobody's. `caller`: their network, or what else tells them apart."""

    def count_miss(self, caller: str) -> None:
        """Count a code that was nobody's. Raises TooManyAttempts as above."""

    def issue_setup_token(self) -> str:
        """A new one-time token that makes its bearer the administrator, in place of the one before, used or not."""

    def redeem_setup_token(self, token: str) -> bool:
        """Use the token up. True exactly once for the right token."""
