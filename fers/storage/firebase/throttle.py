"""Slows down whoever keeps guessing, on any number of servers: `sqlite.throttle.Throttle` on Firestore."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from google.cloud.firestore import Query

from fers.storage.firebase.firestore import FirestoreDocuments, until_it_holds, where
from fers.storage.shared.credentials import sha256
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.waits import FORGOTTEN_AFTER, FREE_FAILURES, refuse_too_soon, wait_seconds


class FirebaseThrottle:
    """Every attempt has a turn, which is part of its document's name: of attempts at the same moment all but one are
    refused that turn, look again and take a later one. Documents stay until the store itself forgets them, or whoever
    guessed before others would find an early turn free again."""

    def __init__(self, documents: FirestoreDocuments, now: Callable[[], datetime]):
        self._documents = documents
        self._throttles = documents.collection("throttles")
        self._now = now

    def begin(self, key: str, free: int = FREE_FAILURES) -> None:
        """Raises TooManyAttempts while the key has to wait."""
        until_it_holds(lambda: self._count(sha256(key), free))

    def check(self, key: str, free: int = FREE_FAILURES) -> None:
        """Raises TooManyAttempts while the key has to wait."""
        for last in self._newest(sha256(key)):
            refuse_too_soon(time_from_text(last["retry_at"]) - self._now(), last["failures"], free)

    def failures(self, key: str) -> int:
        return sum(last["failures"] for last in self._newest(sha256(key)))

    def succeeded(self, key: str) -> None:
        known = self._documents.page(where(self._throttles, "key", "==", sha256(key)))  # The waits keep them few.
        self._documents.delete(self._throttles.document(document["id"]) for document in known)

    def _newest(self, key: str) -> list[dict[str, Any]]:
        turns = where(self._throttles, "key", "==", key).order_by("turn", direction=Query.DESCENDING)
        return self._documents.page(turns.limit(1))

    def _count(self, key: str, free: int) -> None:
        now, failures, turn = self._now(), 1, 1
        for last in self._newest(key):
            retry_at = time_from_text(last["retry_at"])
            refuse_too_soon(retry_at - now, last["failures"], free)
            turn = last["turn"] + 1
            if retry_at > now - FORGOTTEN_AFTER:
                failures = last["failures"] + 1
        retry_at = now + timedelta(seconds=wait_seconds(failures, free))
        name = f"{key}-{turn}"
        document = {"id": name, "key": key, "turn": turn, "failures": failures, "retry_at": time_to_text(retry_at)}
        batch = self._documents.batch()
        batch.create(self._throttles.document(name), document | {"forgotten_at": retry_at + FORGOTTEN_AFTER})
        self._documents.commit(batch)
