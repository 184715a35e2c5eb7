"""Slows down whoever keeps guessing, on any number of servers: `throttle.Throttle` on Firestore."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fers.storage.credentials import sha256
from fers.storage.documents import time_from_text, time_to_text
from fers.storage.firestore_documents import EXISTS, FirestoreDocuments, until_it_holds, where
from fers.storage.throttle import FORGOTTEN_AFTER, too_soon, wait_seconds


class FirebaseThrottle:
    """The number of failures is part of the document's name: of attempts at the same moment all but one are refused
    their place, look again and count on."""

    def __init__(self, documents: FirestoreDocuments, now: Callable[[], datetime]):
        self._documents = documents
        self._throttles = documents.collection("throttles")
        self._now = now

    def begin(self, key: str) -> None:
        """Raises TooManyAttempts while the key has to wait."""
        until_it_holds(lambda: self._count(sha256(key)))

    def succeeded(self, key: str) -> None:
        known = self._documents.page(where(self._throttles, "key", "==", sha256(key)))
        self._documents.delete(self._throttles.document(document["id"]) for document in known)

    def _count(self, key: str) -> None:
        now, batch = self._now(), self._documents.batch()
        known = next(iter(self._documents.page(where(self._throttles, "key", "==", key).limit(1))), None)
        failures = 1
        if known:
            retry_at = time_from_text(known["retry_at"])
            if retry_at > now:
                raise too_soon(retry_at - now)
            batch.delete(self._throttles.document(known["id"]), option=EXISTS)
            if retry_at > now - FORGOTTEN_AFTER:
                failures = known["failures"] + 1
        retry_at = now + timedelta(seconds=wait_seconds(failures))
        name = f"{key}-{failures}"
        document = {"id": name, "key": key, "failures": failures, "retry_at": time_to_text(retry_at)}
        batch.create(self._throttles.document(name), document | {"forgotten_at": retry_at + FORGOTTEN_AFTER})
        self._documents.commit(batch)
