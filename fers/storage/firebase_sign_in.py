"""SignIn on Firebase Auth: it keeps e-mail addresses and passwords and writes to people; codes and sessions are FERS's.

An account's uid in Firebase Auth is the person's id. Passwords are checked by its REST interface (Identity Toolkit), as
the client libraries do, since firebase-admin can't; the ID token that comes back is verified by firebase-admin.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import requests
from firebase_admin import auth
from google.api_core.exceptions import Forbidden, TooManyRequests, Unauthorized
from google.cloud.firestore import DocumentReference

from fers.domain.people import Identity, Role
from fers.errors import AlreadyExists, StoreUnavailable, TooManyAttempts
from fers.storage.credentials import first_group, new_code, plain_code, sha256
from fers.storage.firebase_client import FirebaseClient
from fers.storage.firebase_failures import explained
from fers.storage.firebase_sessions import FirebaseErrands, FirebaseSessions, FirebaseSetup, FirebaseTickets
from fers.storage.firebase_throttle import FirebaseThrottle
from fers.storage.firestore_documents import FirestoreDocuments, where

_WRONG = {
    "EMAIL_NOT_FOUND",
    "INVALID_PASSWORD",
    "INVALID_LOGIN_CREDENTIALS",
    "INVALID_EMAIL",
    "MISSING_PASSWORD",
    "USER_DISABLED",
}
"""What Identity Toolkit calls credentials that open nothing."""
_NOT_SET_UP = {"CONFIGURATION_NOT_FOUND", "OPERATION_NOT_ALLOWED", "PASSWORD_LOGIN_DISABLED"}
"""What it calls a project without sign-in by e-mail."""
_TOO_MANY = TooManyAttempts("Too many attempts failed in a row.", "Wait a few minutes, then try again.")
_LONGEST_PASSWORD = 4096
"""Firebase takes no longer ones."""


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
        self._sessions = FirebaseSessions(self._documents, now, idle, lifetime, self._standing)
        self._tickets = FirebaseTickets(self._documents, now)
        self._errands = FirebaseErrands(self._documents, now)
        self._setup = FirebaseSetup(self._documents)

    def register(self, person_id: str, email: str, password: str) -> bool:
        with explained():
            try:
                auth.create_user(uid=person_id, email=_normal(email), password=password, app=self._app)
            except (auth.EmailAlreadyExistsError, auth.UidAlreadyExistsError):
                return self.person_by_email(email) == person_id  # Made just now, and the first answer got lost.
        return True

    def register_code(self, person_id: str) -> str:
        code = new_code()
        key = sha256(plain_code(code))
        self._documents.create(self._codes.document(key), {"id": key, "person_id": person_id})
        return code

    def check_password(self, email: str, password: str) -> str | None:
        key = _email_key(email)
        self._throttle.begin(key)
        if len(password) > _LONGEST_PASSWORD:
            return None
        token = self._identity_toolkit.sign_in(_normal(email), password)
        if token is None:
            return None
        with explained():
            try:
                person_id = auth.verify_id_token(token, app=self._app, check_revoked=True)["uid"]
            except (auth.InvalidIdTokenError, auth.UserDisabledError):
                return None
        self._throttle.succeeded(key)
        return person_id

    def check_code(self, code: str) -> str | None:
        key = f"code {sha256(first_group(code))}"
        self._throttle.begin(key)
        known = self._documents.read(self._codes.document(sha256(plain_code(code))))
        if known is None:
            return None
        self._throttle.succeeded(key)
        return known["person_id"]

    def person_by_email(self, email: str) -> str | None:
        with explained():
            try:
                return auth.get_user_by_email(_normal(email), app=self._app).uid
            except auth.UserNotFoundError:
                return None

    def email_of(self, person_id: str) -> str | None:
        user = self._user(person_id)
        return user and user.email

    def is_verified(self, person_id: str) -> bool:
        user = self._user(person_id)
        return user is None or user.email is None or user.email_verified

    def send_verification(self, email: str, password: str) -> None:
        token = self._identity_toolkit.sign_in(_normal(email), password)
        if token is not None:
            self._identity_toolkit.send_mail({"requestType": "VERIFY_EMAIL", "idToken": token})

    def send_password_reset(self, email: str) -> None:
        self._throttle.begin(f"reset {_email_key(email)}")
        self._identity_toolkit.send_mail({"requestType": "PASSWORD_RESET", "email": _normal(email)})

    def register_identity(self, person_id: str, identity: Identity) -> bool:
        key = _identity_key(identity)
        try:
            self._documents.create(self._identities.document(key), {"id": key, "person_id": person_id})
        except AlreadyExists:
            return False
        return True

    def person_by_identity(self, identity: Identity) -> str | None:
        known = self._documents.read(self._identities.document(_identity_key(identity)))
        return known and known["person_id"]

    def note_role(self, person_id: str, role: Role) -> None:
        """A custom claim: whatever else trusts this project's ID tokens can read it there."""
        with explained():
            try:
                auth.set_custom_user_claims(person_id, {"role": role.value}, app=self._app)
            except auth.UserNotFoundError:
                return  # Has no account at Firebase.

    def forget(self, person_id: str) -> None:
        user = self._user(person_id)
        self._documents.delete(self._keys_of(person_id))
        self._sessions.close_all(person_id)
        if user is None:
            return
        if user.email is not None:
            self._throttle.succeeded(_email_key(user.email))
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

    def leave(self, token: str) -> str:
        return self._tickets.leave(token)

    def collect(self, ticket: str) -> str | None:
        return self._tickets.collect(ticket)

    def entrust(self, token: str, errand: str) -> str:
        return self._errands.entrust(token, errand)

    def entrusted(self, secret: str) -> tuple[str, str] | None:
        return self._errands.entrusted(secret)

    def issue_setup_token(self) -> str | None:
        return self._setup.issue()

    def redeem_setup_token(self, token: str) -> bool:
        return self._setup.redeem(token)

    def _standing(self, person_id: str) -> str | None:
        """Changes when an account is disabled or deleted, its access revoked, or its password changed. Who joined by
        code or comes from another provider has no account at Firebase."""
        user = self._user(person_id)
        if user is None:
            return "key" if self._keys_of(person_id) else None
        return None if user.disabled else str(user.tokens_valid_after_timestamp)

    def _keys_of(self, person_id: str) -> list[DocumentReference]:
        """The person's codes and identities."""
        return [
            collection.document(key["id"])
            for collection in (self._codes, self._identities)
            for key in self._documents.page(where(collection, "person_id", "==", person_id))
        ]

    def _user(self, person_id: str) -> auth.UserRecord | None:
        with explained():
            try:
                return auth.get_user(person_id, app=self._app)
            except auth.UserNotFoundError:
                return None


class IdentityToolkit:
    """The part of Firebase Auth that firebase-admin leaves out."""

    def __init__(self, api_key: str, timeout: float):
        emulator = os.environ.get("FIREBASE_AUTH_EMULATOR_HOST")
        host = f"http://{emulator}/identitytoolkit" if emulator else "https://identitytoolkit"
        self._accounts = f"{host}.googleapis.com/v1/accounts:"
        self._api_key = api_key
        self._timeout = timeout

    def sign_in(self, email: str, password: str) -> str | None:
        """An ID token, or None for wrong credentials. Raises TooManyAttempts and StoreUnavailable."""
        credentials = {"email": email, "password": password, "returnSecureToken": True}
        answer, problem = self._ask("signInWithPassword", credentials)
        if problem in _WRONG:
            return None
        if problem == "TOO_MANY_ATTEMPTS_TRY_LATER":
            raise _TOO_MANY
        return _sound(answer, problem)["idToken"]

    def send_mail(self, request: dict) -> None:
        """Nothing happens for an unknown e-mail, so that nobody learns which are known."""
        answer, problem = self._ask("sendOobCode", request)
        if problem not in _WRONG and not problem.endswith("_EXCEED_LIMIT"):  # Of mails to one known address.
            _sound(answer, problem)

    def _ask(self, method: str, body: dict) -> tuple[dict, str]:
        """The answer, and the first word of what is wrong with the question ("" for nothing)."""
        with explained():
            response = self._response(method, body)
            if response.status_code >= 500:
                raise requests.ConnectionError(f"status {response.status_code}")
            answer = response.json()
            message = answer.get("error", {}).get("message", "")
            problem = message.partition(" ")[0] if "_" in message else message.partition(".")[0]
            if response.status_code == TooManyRequests.code or problem == "QUOTA_EXCEEDED":
                raise TooManyRequests("Identity Toolkit")
            if response.status_code in (Unauthorized.code, Forbidden.code) and problem not in _NOT_SET_UP:
                raise Forbidden("Identity Toolkit")
        return answer, problem

    def _response(self, method: str, body: dict) -> requests.Response:
        """Asked for once more where the connection broke or the server failed; not where it took too long."""
        for more in (True, False):
            try:
                response = requests.post(
                    self._accounts + method, params={"key": self._api_key}, json=body, timeout=self._timeout
                )
            except requests.Timeout:
                raise
            except requests.ConnectionError:
                if not more:
                    raise
            else:
                if response.status_code < 500:
                    break
        return response


def _sound(answer: dict, problem: str) -> dict:
    if problem:
        raise StoreUnavailable(
            f"Signing in with an e-mail is not set up as it must be ({problem}).",
            "Try again later; whoever runs FERS should check FERS_FIREBASE_API_KEY and the project's sign-in methods.",
        )
    return answer


def _normal(email: str) -> str:
    return email.strip().casefold()


def _email_key(email: str) -> str:
    return f"e-mail {sha256(_normal(email))}"


def _identity_key(identity: Identity) -> str:
    return sha256(f"{identity.issuer} {identity.subject}")
