"""JobStore on Firestore: a claim deletes the document's name that it has seen, which must still be there, and creates
the next one, so that of two servers one gets the job."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from fers.domain.jobs import MOST_ATTEMPTS, Job
from fers.errors import AlreadyExists
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where
from fers.storage.shared.credentials import sha256
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebaseJobs:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._jobs = self._documents.collection("jobs")

    def add_job(self, name: str) -> None:
        if self._known(name) is None:
            document = _document(Job(name), "new")
            with suppress(AlreadyExists):
                self._documents.create(self._jobs.document(document["id"]), document)
                if len(self._all(name)) > 1:  # Added and claimed by others since the look: one is enough.
                    self._documents.delete([self._jobs.document(document["id"])])

    def remove_job(self, name: str) -> None:
        until_it_holds(lambda: self._remove(name))

    def claim_job(self, name: str, holder: str, now: datetime, until: datetime, got_on: bool = False) -> bool:
        def claim(job: Job) -> Job | None:
            if job.holder != holder and (job.held(now) or job.attempts >= MOST_ATTEMPTS):
                return None
            return replace(
                job, attempts=0 if got_on else job.attempts + (job.holder != holder), holder=holder, until=until
            )

        return self._change(name, claim)

    def cut_short(self, job: Job, until: datetime) -> None:
        self._change(job.name, lambda now: replace(now, until=until) if now == job else None)

    def fail_job(self, name: str, failure: str, advice: str = "") -> None:
        self._change(name, lambda job: Job(name, MOST_ATTEMPTS, failure=failure, advice=advice))

    def jobs(self) -> list[Job]:
        return sorted(map(_job, self._documents.all(self._jobs)), key=lambda job: job.name)

    def _change(self, name: str, change: Callable[[Job], Job | None]) -> bool:
        """Whether the job is there and `change` makes something of it, which takes its place."""
        return until_it_holds(lambda: self._try_to_change(name, change))

    def _try_to_change(self, name: str, change: Callable[[Job], Job | None]) -> bool:
        known = self._known(name)
        if known is None or (changed := change(_job(known))) is None:
            return False
        document, batch = _document(changed, secrets.token_hex(8)), self._documents.batch()
        batch.delete(self._jobs.document(known["id"]), option=EXISTS)
        batch.create(self._jobs.document(document["id"]), document)
        self._documents.commit(batch)
        return True

    def _remove(self, name: str) -> None:
        """Under the names that were seen: a holder who renews its lease meanwhile gives the job another one."""
        batch = self._documents.batch()
        for known in self._all(name):
            batch.delete(self._jobs.document(known["id"]), option=EXISTS)
        self._documents.commit(batch)

    def _all(self, name: str) -> list[dict[str, Any]]:
        return self._documents.page(where(self._jobs, "name", "==", name))

    def _known(self, name: str) -> dict[str, Any] | None:
        return next(iter(self._documents.page(where(self._jobs, "name", "==", name).limit(1))), None)


def _document(job: Job, version: str) -> dict[str, Any]:
    until = time_to_text(job.until) if job.until else ""
    return asdict(job) | {"id": f"{sha256(job.name)}-{version}", "until": until}


def _job(document: dict[str, Any]) -> Job:
    until = time_from_text(document["until"]) if document["until"] else None
    why = (document.get("failure", ""), document.get("advice", ""))
    return Job(document["name"], document["attempts"], document["holder"], until, *why)
