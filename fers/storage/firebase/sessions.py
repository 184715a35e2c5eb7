"""Sessions, their one-time tickets and the one-time setup link on Firestore; of every secret only a hash is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

from google.api_core.exceptions import NotFound as Missing

from fers.domain.interfaces import DOWNLOAD_TOKEN_SECONDS, TICKET_SECONDS
from fers.errors import AlreadyExists, NotFound
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, where
from fers.storage.shared.credentials import new_token, sealed, sha256, unsealed
from fers.storage.shared.documents import time_from_text, time_to_text

_COARSEST_SEEN = timedelta(minutes=1)


class FirebaseSessions:
    """`standing(person_id)`: what the person's access rests on, None for nobody's. Looked up about once a minute while
    a session is used: when it has changed, the session ends."""

    def __init__(
        self,
        documents: FirestoreDocuments,
        now: Callable[[], datetime],
        idle: timedelta,
        lifetime: timedelta,
        standing: Callable[[str], str | None],
    ):
        self._documents = documents
        self._sessions = documents.collection("sessions")
        self._now = now
        self._idle = idle
        self._lifetime = lifetime
        self._standing = standing

    def open(self, person_id: str) -> str:
        token, now = new_token(), self._now()
        opened = time_to_text(now)
        standing = self._standing(person_id)
        document = {"id": sha256(token), "person_id": person_id, "standing": standing}
        document |= {"opened_at": opened, "seen_at": opened}
        # Firestore deletes it some time after it ended (a TTL policy on this field).
        self._documents.set(self._sessions.document(document["id"]), document | {"ends_at": now + self._lifetime})
        return token

    def resume(self, token: str) -> str | None:
        reference = self._sessions.document(sha256(token))
        session, now = self._documents.read(reference), self._now()
        if session is None:
            return None
        opened_at, unseen_for = time_from_text(session["opened_at"]), now - time_from_text(session["seen_at"])
        if unseen_for >= self._idle or now - opened_at >= self._lifetime:
            self.close(token)
            return None
        if unseen_for >= min(_COARSEST_SEEN, self._idle / 10):
            if session["standing"] != self._standing(session["person_id"]):
                self.close(token)
                return None
            try:
                self._documents.replace(reference, {"seen_at": time_to_text(now)})
            except NotFound:  # Closed in this moment.
                return None
        person_id: str = session["person_id"]
        return person_id

    def close(self, token: str) -> None:
        self._documents.delete([self._sessions.document(sha256(token))])

    def close_all(self, person_id: str, but: str = "") -> None:
        theirs = {session["id"] for session in self._documents.all(where(self._sessions, "person_id", "==", person_id))}
        self._documents.delete(self._sessions.document(session) for session in theirs - {sha256(but)})


class FirebaseTickets:
    def __init__(self, documents: FirestoreDocuments, now: Callable[[], datetime]):
        self._documents = documents
        self._tickets = documents.collection("tickets")
        self._now = now

    def issue_ticket(self, token: str) -> str:
        ticket, now = new_token(), self._now()
        document = {"sealed": sealed(token, ticket), "left_at": time_to_text(now)}
        ends_at = now + timedelta(seconds=TICKET_SECONDS)
        self._documents.set(self._tickets.document(sha256(ticket)), document | {"ends_at": ends_at})
        return ticket

    def redeem_ticket(self, ticket: str) -> str | None:
        reference, batch = self._tickets.document(sha256(ticket)), self._documents.batch()
        left = self._documents.read(reference)
        if left is None:
            return None
        batch.delete(reference, option=EXISTS)
        try:
            self._documents.commit(batch)
        except Missing:  # Somebody else was first.
            return None
        too_old = time_to_text(self._now() - timedelta(seconds=TICKET_SECONDS))
        return unsealed(left["sealed"], ticket) if left["left_at"] > too_old else None


class FirebaseDownloadTokens:
    def __init__(self, documents: FirestoreDocuments, now: Callable[[], datetime]):
        self._documents = documents
        self._download_tokens = documents.collection("errands")
        self._now = now

    def issue_download_token(self, token: str, purpose: str) -> str:
        secret, ends_at = new_token(), self._now() + timedelta(seconds=DOWNLOAD_TOKEN_SECONDS)
        document = {"sealed": sealed(token, secret), "errand": purpose, "ends_at": ends_at}
        self._documents.set(self._download_tokens.document(sha256(secret)), document)
        return secret

    def redeem_download_token(self, secret: str) -> tuple[str, str] | None:
        kept = self._documents.read(self._download_tokens.document(sha256(secret)))
        if kept is None or kept["ends_at"] <= self._now():
            return None
        return unsealed(kept["sealed"], secret), kept["errand"]


class FirebaseSetup:
    """The link that makes its bearer the administrator."""

    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._tokens = documents.collection("setup_tokens")
        self._done = self._tokens.document("redeemed")

    def issue(self) -> str:
        """What notes that one was redeemed is forgotten with those before."""
        token = new_token()
        earlier = [self._tokens.document(known["id"]) for known in self._documents.page(self._tokens)]
        self._documents.delete(earlier)
        self._documents.set(self._tokens.document(sha256(token)), {"id": sha256(token)})
        return token

    def redeem(self, token: str) -> bool:
        """Deletes the token, which must still be there, and notes that one was redeemed, which no other may have been:
        of several bearers one succeeds, and of several tokens, which servers that start at once may issue, one works.
        """
        batch = self._documents.batch()
        batch.delete(self._tokens.document(sha256(token)), option=EXISTS)
        try:
            self._documents.create(self._done, {"id": "redeemed"}, batch)
        except (Missing, AlreadyExists):
            return False
        return True
