"""RecordStore on Firestore.

Every write is one batch, which Firestore applies whole or not at all, and what it relies on goes into the same batch as
a precondition: nothing is read first and written later, so any number of servers can work at once. Queries come in
pages, by value (`where field > last`), so none grows with the study.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from google.api_core.exceptions import AlreadyExists as Taken
from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import DocumentReference, FieldFilter, Query

from fers.domain.audit import AuditEntry
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.faces import Face
from fers.domain.people import Person, Role
from fers.domain.studies import Study
from fers.errors import AlreadyExists, NotFound, StoreUnavailable
from fers.storage.documents import face_from_document, face_to_document, time_from_text, time_to_text
from fers.storage.firebase_client import FirebaseClient
from fers.storage.firebase_failures import explained

_PAGE = 200
_MADE_BY = "made_by"
"""Which call created a document, so that a call whose answer got lost knows its own work again."""


class FirebaseRecords:
    def __init__(self, client: FirebaseClient):
        self._database = client.database
        self._bounds = client.calls
        self._sequence = _Sequence()
        self._people = self._database.collection("people")
        self._studies = self._database.collection("studies")
        self._consents = self._database.collection("consents")
        self._faces = self._database.collection("faces")
        self._audit = self._database.collection("audit")

    def create_person(self, person: Person) -> None:
        self._create(self._people.document(person.id), _person_document(person))

    def person(self, person_id: str) -> Person | None:
        document = self._read(self._people.document(person_id))
        return _person(document) if document else None

    def update_person(self, person: Person) -> None:
        self._replace(self._people.document(person.id), _person_document(person))

    def delete_person(self, person_id: str) -> None:
        """The person goes last: whoever is interrupted finds them still there and can do it again."""
        consents = [self._consents.document(document["id"]) for document in self._all(self._consents_by(person_id))]
        for start in range(0, len(consents), _PAGE):
            self._delete(*consents[start : start + _PAGE])
        self._delete(self._people.document(person_id))

    def people(self) -> Iterator[Person]:
        return map(_person, self._all(self._people))

    def save_study(self, study: Study) -> None:
        reference, document = self._studies.document(study.id), {"id": study.id, "particulars": asdict(study)}
        try:
            self._create(reference, document | {"added": self._sequence.next()})
        except AlreadyExists:
            self._replace(reference, document)

    def studies(self) -> list[Study]:
        """Oldest first."""
        return [Study(**document["particulars"]) for document in self._all(self._studies, by="added")]

    def create_consent(self, consent: Consent) -> None:
        """The words are kept with each consent: one document for all would be written by everybody who agrees."""
        self._create(self._consents.document(consent.id), _consent_document(consent))

    def latest_consent(self, person_id: str, study_id: str) -> Consent | None:
        of_study = _where(self._consents_by(person_id), "study_id", "==", study_id)
        newest = of_study.order_by("given_at", direction=Query.DESCENDING).limit(1)
        return next(map(_consent, self._page(newest)), None)

    def consents_of(self, person_id: str) -> list[Consent]:
        consents = map(_consent, self._all(self._consents_by(person_id)))
        return sorted(consents, key=lambda consent: consent.given_at)

    def create_face(self, face: Face) -> None:
        """Also raises NotFound when the face's person is gone, so that no face outlives a withdrawal beside it."""
        try:
            self._create(self._faces.document(face.id), face_to_document(face), beside=face.person_id)
        except Missing:
            raise NotFound("This account is no longer there.", "You can make a new one.") from None

    def face(self, face_id: str) -> Face | None:
        document = self._read(self._faces.document(face_id))
        return face_from_document(document) if document else None

    def update_face(self, face: Face) -> None:
        self._replace(self._faces.document(face.id), face_to_document(face))

    def delete_face(self, face_id: str) -> None:
        self._delete(self._faces.document(face_id))

    def faces_of(self, person_id: str) -> list[Face]:
        faces = map(face_from_document, self._all(_where(self._faces, "person_id", "==", person_id)))
        return sorted(faces, key=lambda face: face.given_at, reverse=True)

    def faces(self) -> Iterator[Face]:
        return map(face_from_document, self._all(self._faces))

    def faces_due(self, now: datetime) -> list[Face]:
        due = _where(self._faces, "purge_at", "<=", time_to_text(now)).order_by("purge_at").limit(_PAGE)
        return [face_from_document(document) for document in self._page(due)]

    def problems(self) -> list[str]:
        try:
            changed = [c["id"] for c in self._all(self._consents) if _consent(c).text.sha256 != c["text_sha256"]]
        except StoreUnavailable as error:
            return [str(error)]
        return [f"consent {consent_id}: its words are not those that were agreed to" for consent_id in changed]

    def append_audit(self, entry: AuditEntry) -> None:
        document = asdict(entry) | {"id": self._sequence.next(), "at": time_to_text(entry.at)}
        document["actor_role"] = str(entry.actor_role)
        self._create(self._audit.document(document["id"]), document)

    def audit(self) -> Iterator[AuditEntry]:
        for entry in self._all(self._audit):
            yield AuditEntry(time_from_text(entry["at"]), entry["actor_role"], entry["action"], entry["subject"])

    def _consents_by(self, person_id: str) -> Query:
        return _where(self._consents, "person_id", "==", person_id)

    def _create(self, reference: DocumentReference, document: dict, beside: str | None = None) -> None:
        """Create a document, once, and only while the person `beside` is there. Raises AlreadyExists and Missing."""
        this_call = secrets.token_hex(8)
        batch = self._database.batch()
        if beside is not None:
            batch.update(self._people.document(beside), {"id": beside})  # Changes nothing, and fails if they are gone.
        batch.create(reference, document | {_MADE_BY: this_call})
        with explained():
            try:
                batch.commit(**self._bounds)
            except Taken:
                if reference.get([_MADE_BY], **self._bounds).get(_MADE_BY) != this_call:
                    raise AlreadyExists("This record is stored already.", "There is nothing left to do.") from None

    def _replace(self, reference: DocumentReference, document: dict) -> None:
        with explained():
            try:
                reference.update(document, **self._bounds)
            except Missing:
                raise NotFound("This record is not there any more.", "Reload the page.") from None

    def _delete(self, *references: DocumentReference) -> None:
        batch = self._database.batch()
        for reference in references:
            batch.delete(reference)
        with explained():
            batch.commit(**self._bounds)

    def _read(self, reference: DocumentReference) -> dict | None:
        with explained():
            return reference.get(**self._bounds).to_dict()

    def _page(self, query: Query) -> list[dict]:
        with explained():
            return [snapshot.to_dict() for snapshot in query.get(**self._bounds)]

    def _all(self, query: Query, by: str = "id") -> Iterator[dict]:
        """Every document of a query, in the order of the field `by`, whose values differ."""
        page = self._page(query.order_by(by).limit(_PAGE))
        while page:
            yield from page
            if len(page) < _PAGE:
                return
            page = self._page(_where(query, by, ">", page[-1][by]).order_by(by).limit(_PAGE))


class _Sequence:
    """Texts that sort in the order they were drawn; between servers, as well as their clocks agree."""

    def __init__(self):
        self._lock = threading.Lock()
        self._last = 0
        self._here = secrets.token_hex(4)

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return f"{self._last:020d}-{self._here}"


def _where(query, field: str, operator: str, value) -> Query:
    return query.where(filter=FieldFilter(field, operator, value))


def _person_document(person: Person) -> dict:
    return asdict(person) | {"role": person.role.value, "created_at": time_to_text(person.created_at)}


def _person(document: dict) -> Person:
    created_at = time_from_text(document["created_at"])
    return Person(document["id"], Role(document["role"]), created_at, document["asked_first"])


def _consent_document(consent: Consent) -> dict:
    return {
        "id": consent.id,
        "person_id": consent.person_id,
        "study_id": consent.study_id,
        "text_version": consent.text.version,
        "text_sha256": consent.text.sha256,
        "text": consent.text.body,
        "purposes": sorted(consent.purposes),
        "given_at": time_to_text(consent.given_at),
    }


def _consent(document: dict) -> Consent:
    return Consent(
        id=document["id"],
        person_id=document["person_id"],
        study_id=document["study_id"],
        text=ConsentText(document["text_version"], document["text"]),
        purposes=frozenset(map(Purpose, document["purposes"])),
        given_at=time_from_text(document["given_at"]),
    )
