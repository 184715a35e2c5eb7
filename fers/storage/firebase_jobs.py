"""JobStore on Firestore: a claim deletes the document's name that it has seen, which must still be there, and creates
the next one, so that of two servers one gets the job."""

import secrets
from contextlib import suppress
from datetime import datetime

from fers.domain.jobs import MOST_ATTEMPTS, Job
from fers.errors import AlreadyExists
from fers.storage.credentials import sha256
from fers.storage.documents import time_from_text, time_to_text
from fers.storage.firebase_client import FirebaseClient
from fers.storage.firestore_documents import EXISTS, FirestoreDocuments, until_it_holds, where


class FirebaseJobs:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._jobs = self._documents.collection("jobs")

    def add_job(self, name: str) -> None:
        if self._known(name) is None:
            document = {"id": f"{sha256(name)}-new", "name": name, "attempts": 0, "holder": "", "until": ""}
            with suppress(AlreadyExists):
                self._documents.create(self._jobs.document(document["id"]), document)
                if len(self._all(name)) > 1:  # Added and claimed by others since the look: one is enough.
                    self._documents.delete([self._jobs.document(document["id"])])

    def remove_job(self, name: str) -> None:
        known = self._all(name)
        self._documents.delete(self._jobs.document(document["id"]) for document in known)

    def claim_job(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        return until_it_holds(lambda: self._claim(name, holder, now, until))

    def jobs(self) -> list[Job]:
        return sorted(map(_job, self._documents.all(self._jobs)), key=lambda job: job.name)

    def _claim(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        known = self._known(name)
        if known is None:
            return False
        job, batch = _job(known), self._documents.batch()
        if job.holder != holder and (job.held(now) or job.attempts >= MOST_ATTEMPTS):
            return False
        claimed = {
            "id": f"{sha256(name)}-{secrets.token_hex(8)}",
            "name": name,
            "attempts": job.attempts + (job.holder != holder),
            "holder": holder,
            "until": time_to_text(until),
        }
        batch.delete(self._jobs.document(known["id"]), option=EXISTS)
        batch.create(self._jobs.document(claimed["id"]), claimed)
        self._documents.commit(batch)
        return True

    def _all(self, name: str) -> list[dict]:
        return self._documents.page(where(self._jobs, "name", "==", name))

    def _known(self, name: str) -> dict | None:
        return next(iter(self._documents.page(where(self._jobs, "name", "==", name).limit(1))), None)


def _job(document: dict) -> Job:
    until = time_from_text(document["until"]) if document["until"] else None
    return Job(document["name"], document["attempts"], document["holder"], until)
