"""SignIn on Firebase Auth: it keeps e-mail addresses and passwords and writes to people; codes and sessions are FERS's.

An account's uid in Firebase Auth is the person's id. Passwords are checked by its REST interface
(`identity_toolkit`), since firebase-admin can't; the ID token that comes back is verified by firebase-admin.
"""

from collections.abc import Callable, Set
from contextlib import suppress
from datetime import datetime, timedelta

from firebase_admin import auth
from google.cloud.firestore import CollectionReference

from fers.domain.people import Identity, Keys, Role
from fers.errors import AlreadyExists
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.devices import FirebaseDevices
from fers.storage.firebase.failures import explained
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.firebase.identity_toolkit import IdentityToolkit
from fers.storage.firebase.sessions import FirebaseDownloadTokens, FirebaseSessions, FirebaseSetup, FirebaseTickets
from fers.storage.firebase.throttle import FirebaseThrottle
from fers.storage.shared.credentials import (
    code_key,
    device_key,
    email_key,
    identity_key,
    new_code,
    new_token,
    plain_code,
    plain_email,
    sha256,
)
from fers.storage.shared.guesses import Guesses

_LONGEST_PASSWORD = 4096
"""Firebase takes no longer ones."""
_CLOCK_SKEW = 60
"""Seconds, at most: what firebase-admin allows."""


class FirebaseSignIn:
    sends_mail = True

    def __init__(
        self,
        client: FirebaseClient,
        api_key: str,
        now: Callable[[], datetime],
        idle: timedelta,
        lifetime: timedelta,
    ):
        self._app = client.app
        self._identity_toolkit = IdentityToolkit(api_key, client.calls["timeout"])
        self._documents = FirestoreDocuments(client)
        self._codes = self._documents.collection("codes")
        self._identities = self._documents.collection("identities")
        self._throttle = FirebaseThrottle(self._documents, now)
        self._devices = FirebaseDevices(self._documents, now)
        self._guesses = Guesses(self._throttle, now)
        self._sessions = FirebaseSessions(self._documents, now, idle, lifetime, self._standing)
        self._tickets = FirebaseTickets(self._documents, now)
        self._download_tokens = FirebaseDownloadTokens(self._documents, now)
        self._setup = FirebaseSetup(self._documents)

    def register(self, person_id: str, email: str, password: str) -> bool:
        with explained():
            try:
                auth.create_user(uid=person_id, email=plain_email(email), password=password, app=self._app)
            except (auth.EmailAlreadyExistsError, auth.UidAlreadyExistsError):
                return self.person_by_email(email) == person_id  # Made just now, and the first answer got lost.
        return True

    def register_code(self, person_id: str) -> str:
        code = new_code()
        self._bind(self._codes, {sha256(plain_code(code))}, person_id)
        return code

    def check_password(self, email: str, password: str, device: str = "") -> str | None:
        key = self._counted_by(email, device)
        self._throttle.begin(key)
        if len(password) > _LONGEST_PASSWORD:
            return None
        token = self._identity_toolkit.sign_in(plain_email(email), password)
        if token is None:
            return None
        with explained():
            try:
                verified = auth.verify_id_token(token, self._app, check_revoked=True, clock_skew_seconds=_CLOCK_SKEW)
            except (auth.RevokedIdTokenError, auth.UserDisabledError, auth.UserNotFoundError):
                return None
        self._throttle.succeeded(key)
        person_id: str = verified["uid"]
        return person_id

    def has_password(self, person_id: str) -> bool:
        """Always: whoever has none, or doesn't know it, is sent a mail to choose one."""
        return True

    def change_password(self, person_id: str, password: str) -> None:
        with explained(), suppress(auth.UserNotFoundError):
            auth.update_user(person_id, password=password, app=self._app)
        self._sessions.close_all(person_id)
        self._forget_devices(person_id)

    def drop_password(self, person_id: str) -> None:
        self.change_password(person_id, new_token())

    def know_device(self, person_id: str, device: str) -> None:
        self._devices.know(person_id, device)

    def knows_device(self, person_id: str, device: str) -> bool:
        return bool(device) and self._devices.knows(person_id, device)

    def check_code(self, code: str, device: str = "") -> str | None:
        known = self._documents.read(self._codes.document(sha256(plain_code(code))))
        person_id: str | None = known["person_id"] if known else None
        if person_id is not None and device and self._devices.knows(person_id, device):
            return person_id
        key = code_key(code)
        self._throttle.begin(key)
        if person_id is None:
            return None
        self._throttle.succeeded(key)
        return person_id

    def person_by_email(self, email: str) -> str | None:
        with explained():
            try:
                person_id: str = auth.get_user_by_email(plain_email(email), app=self._app).uid
            except auth.UserNotFoundError:
                return None
        return person_id

    def email_of(self, person_id: str) -> str | None:
        user = self._user(person_id)
        return user and user.email

    def is_verified(self, person_id: str) -> bool:
        user = self._user(person_id)
        return user is None or user.email is None or user.email_verified

    def send_verification(self, email: str, password: str) -> None:
        token = self._identity_toolkit.sign_in(plain_email(email), password)
        if token is not None:
            self._identity_toolkit.send_mail({"requestType": "VERIFY_EMAIL", "idToken": token})

    def send_password_reset(self, email: str) -> None:
        self._throttle.begin(_reset_key(email_key(email)))
        self._identity_toolkit.send_mail({"requestType": "PASSWORD_RESET", "email": plain_email(email)})

    def register_identity(self, person_id: str, identity: Identity) -> bool:
        key = identity_key(identity)
        try:
            self._documents.create(self._identities.document(key), {"id": key, "person_id": person_id})
        except AlreadyExists:
            return False
        return True

    def person_by_identity(self, identity: Identity) -> str | None:
        known = self._documents.read(self._identities.document(identity_key(identity)))
        return known["person_id"] if known else None

    def note_role(self, person_id: str, role: Role) -> None:
        """A custom claim: whatever else trusts this project's ID tokens can read it there."""
        with explained():
            try:
                auth.set_custom_user_claims(person_id, {"role": role.value}, app=self._app)
            except auth.UserNotFoundError:
                return  # Has no account at Firebase.

    def keys_of(self, person_id: str) -> Keys:
        user = self._user(person_id)
        codes, identities = (self._bound(keys, person_id) for keys in (self._codes, self._identities))
        return Keys(user and user.email, codes, identities)

    def adopt(self, person_id: str, keys: Keys) -> None:
        self._bind(self._codes, keys.codes, person_id)
        self._bind(self._identities, keys.identities, person_id)
        if keys.email is not None and self._user(person_id) is None:
            with explained(), suppress(auth.EmailAlreadyExistsError, auth.UidAlreadyExistsError):
                auth.create_user(uid=person_id, email=keys.email, app=self._app)

    def forget(self, person_id: str) -> None:
        user = self._user(person_id)
        for keys in (self._codes, self._identities):
            self._bind(keys, frozenset(), person_id)
        self._sessions.close_all(person_id)
        self._forget_devices(person_id)
        if user is None:
            return
        if user.email is not None:
            key = email_key(user.email)
            for counted in (key, _reset_key(key)):
                self._throttle.succeeded(counted)
        with explained():
            try:
                auth.delete_user(person_id, app=self._app)
            except auth.UserNotFoundError:
                return

    def open_session(self, person_id: str) -> str:
        return self._sessions.open(person_id)

    def resume(self, token: str) -> str | None:
        return self._sessions.resume(token)

    def close_session(self, token: str) -> None:
        self._sessions.close(token)

    def close_sessions(self, person_id: str, but: str = "") -> None:
        self._sessions.close_all(person_id, but)

    def issue_ticket(self, token: str) -> str:
        return self._tickets.issue_ticket(token)

    def redeem_ticket(self, ticket: str) -> str | None:
        return self._tickets.redeem_ticket(ticket)

    def issue_download_token(self, token: str, purpose: str) -> str:
        return self._download_tokens.issue_download_token(token, purpose)

    def redeem_download_token(self, secret: str) -> tuple[str, str] | None:
        return self._download_tokens.redeem_download_token(secret)

    def check_caller(self, caller: str) -> None:
        self._guesses.check(caller)

    def count_miss(self, caller: str) -> None:
        self._guesses.count(caller)

    def issue_setup_token(self) -> str:
        return self._setup.issue()

    def redeem_setup_token(self, token: str) -> bool:
        return self._setup.redeem(token)

    def _counted_by(self, email: str, device: str) -> str:
        """Whoever has no device looks like nobody's, without asking Firebase who that is."""
        if device:
            person_id = self.person_by_email(email) or ""
            if self._devices.knows(person_id, device):
                return device_key(person_id, device)
        return email_key(email)

    def _forget_devices(self, person_id: str) -> None:
        for key in self._devices.forget(person_id):
            self._throttle.succeeded(key)

    def _standing(self, person_id: str) -> str | None:
        """Changes when an account is disabled or deleted, its access revoked, or its password changed. Who joined by
        code or comes from another provider has no account at Firebase."""
        user = self._user(person_id)
        if user is None:
            return "key" if self._bound(self._codes, person_id) or self._bound(self._identities, person_id) else None
        return None if user.disabled else str(user.tokens_valid_after_timestamp)

    def _bound(self, keys: CollectionReference, person_id: str) -> frozenset[str]:
        """The person's codes, or their identities."""
        return frozenset(key["id"] for key in self._documents.page(where(keys, "person_id", "==", person_id)))

    def _bind(self, keys: CollectionReference, wanted: Set[str], person_id: str) -> None:
        """Make these the person's codes or identities, and no others; what is somebody else's stays theirs."""
        known = self._bound(keys, person_id)
        for key in wanted - known:
            with suppress(AlreadyExists):
                self._documents.create(keys.document(key), {"id": key, "person_id": person_id})
        self._documents.delete(keys.document(key) for key in known - wanted)

    def _user(self, person_id: str) -> auth.UserRecord | None:
        with explained():
            try:
                return auth.get_user(person_id, app=self._app)
            except auth.UserNotFoundError:
                return None


def _reset_key(key: str) -> str:
    """What requests for mails to an account are counted by."""
    return f"reset {key}"
