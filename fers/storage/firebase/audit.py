"""The audit log on Firestore: each server seals a chain of its own, so that no two write to the same place."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from google.cloud.firestore import Query

from fers.domain.audit import AuditEntry, SealedEntry, seal
from fers.storage.firebase.firestore import FirestoreDocuments, TextSequence, where
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebaseAudit:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._entries = documents.collection("audit")
        self._sequence = TextSequence()
        self._lock = threading.Lock()
        self._chain: str
        self._number: int
        self._previous: str
        self._begin_chain()

    def append(self, entry: AuditEntry) -> None:
        with self._lock:
            number = self._number + 1
            sha256 = seal(entry, self._chain, number, self._previous)
            place = f"{self._chain}-{number:09d}"
            said = asdict(entry) | {"at": time_to_text(entry.at), "actor_role": str(entry.actor_role)}
            said["role"] = str(entry.role)
            sealed = {"place": place, "chain": self._chain, "number": number, "sha256": sha256}
            try:
                self._documents.create(self._entries.document(place), said | sealed | {"id": self._sequence.next()})
            except BaseException:
                # Perhaps it was written and only the answer got lost: the place is not taken twice.
                self._begin_chain()
                raise
            self._number, self._previous = number, sha256

    def entries(self) -> Iterator[AuditEntry]:
        return map(_entry, self._documents.all(self._entries))

    def sealed(self) -> Iterator[SealedEntry]:
        for document in self._documents.all(self._entries, by="place"):
            yield SealedEntry(_entry(document), document["chain"], document["number"], document["sha256"])

    def latest(self, count: int, study_id: str | None) -> list[AuditEntry]:
        wanted = self._entries if study_id is None else where(self._entries, "study_id", "==", study_id)
        newest = wanted.order_by("id", direction=Query.DESCENDING).limit(count)
        return list(map(_entry, self._documents.page(newest)))

    def _begin_chain(self) -> None:
        self._chain, self._number, self._previous = secrets.token_hex(8), 0, ""


def _entry(document: dict[str, Any]) -> AuditEntry:
    said = {name: document[name] for name in ("actor_role", "action", "subject", "actor", "study_id")}
    return AuditEntry(at=time_from_text(document["at"]), role=document.get("role", ""), **said)
