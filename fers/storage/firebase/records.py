"""RecordStore on Firestore: people, studies, consents, faces and the log."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from google.cloud.firestore import CollectionReference, Query

from fers.domain.audit import AuditEntry, SealedEntry
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.faces import Face, Origin, Source
from fers.domain.people import Person, Role
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.studies import Study
from fers.domain.versions import SHARED
from fers.errors import AlreadyExists, StoreUnavailable
from fers.storage.firebase.audit import FirebaseAudit
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.face_rows import FaceRows
from fers.storage.firebase.firestore import PAGE, FirestoreDocuments, TextSequence, where, within
from fers.storage.firebase.groups import GroupsOfFaces
from fers.storage.firebase.keyed import Document, KeyedDocuments
from fers.storage.firebase.participations import FirebaseParticipations
from fers.storage.firebase.places import PlacesHeld
from fers.storage.firebase.shadow_answers import ShadowAnswers
from fers.storage.firebase.sittings import FirebaseSittings
from fers.storage.shared.documents import face_from_document, face_to_document, time_from_text, time_to_text
from fers.storage.shared.study_documents import study_from_document, study_to_document

_ORIGINS_PAGE = 2000


class FirebaseRecords:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._facts = FaceRows(self._documents)
        self._groups = GroupsOfFaces(self._documents)
        self._shadow_answers = ShadowAnswers(self._documents)
        self._places = PlacesHeld(self._documents)
        self._participations = FirebaseParticipations(client)
        self._sittings = FirebaseSittings(client)
        self._log = FirebaseAudit(self._documents)
        self._sequence = TextSequence()
        self._people = self._documents.collection("people")
        self._studies = self._documents.collection("studies")
        self._keyed_studies = KeyedDocuments(self._documents, "study_keys")
        self._memberships = self._documents.collection("memberships")
        self._descriptions = self._documents.collection("self_descriptions")
        self._clock = self._documents.collection("installation").document("clock")
        self._access_tokens = self._documents.collection("access_tokens")
        self._access_token_keys = self._documents.collection("access_token_keys")
        self._replies = self._documents.collection("replies")
        self._kept_out = self._documents.collection("kept_out")
        self._consents = self._documents.collection("consents")
        self._faces = self._documents.collection("faces")
        self._answers = self._documents.collection("answers")
        self._entries = self._documents.collection("snapshot_entries")
        self._crops = self._documents.collection("crops")
        self._lost = self._documents.collection("lost_images")

    def create_person(self, person: Person) -> None:
        self._documents.create(self._people.document(person.id), _person_document(person))

    def person(self, person_id: str) -> Person | None:
        document = self._documents.read(self._people.document(person_id))
        return _person(document) if document else None

    def update_person(self, person: Person) -> None:
        self._documents.replace(self._people.document(person.id), _person_document(person))

    def delete_belongings(self, person_id: str) -> None:
        self._places.release_all(person_id)
        self._participations.unlink(person_id)
        self._sittings.forget(person_id)
        about_them = (self._consents, self._memberships, self._descriptions, self._access_tokens)
        for collection in (*about_them, self._access_token_keys, self._replies):
            theirs = self._documents.all(where(collection, "person_id", "==", person_id))
            self._documents.delete(collection.document(document["id"]) for document in theirs)

    def delete_person(self, person_id: str) -> None:
        """The person goes last: whoever is interrupted finds them still there and can do it again. What was added since
        the first look is found by the second one, and after that nothing is added any more."""
        self.delete_belongings(person_id)
        self._documents.delete([self._people.document(person_id)])
        self.delete_belongings(person_id)

    def people(self, among: IdRange = EVERY_ID) -> Iterator[Person]:
        return map(_person, self._documents.all(within(self._people, "id", among)))

    def administrators(self) -> list[Person]:
        """There are few, so they are put in order here and need no index."""
        found = self._documents.page(where(self._people, "role", "==", Role.ADMINISTRATOR.value))
        return sorted(map(_person, found), key=lambda person: person.id)

    def save_study(self, study: Study) -> None:
        reference, document = (
            self._studies.document(study.id),
            {"id": study.id, "particulars": study_to_document(study)},
        )
        try:
            self._documents.create(reference, document | {"added": self._sequence.next()})
        except AlreadyExists:
            self._documents.replace(reference, document)

    def change_study(self, before: Study, after: Study) -> bool:
        is_so = False

        def replaced(old: Document | None) -> Document | None:
            nonlocal is_so
            is_so = old is not None and study_from_document(old["particulars"]) == before
            return old | {"particulars": study_to_document(after)} if old is not None and is_so else None

        self._keyed_studies.change(self._studies.document(before.id), replaced)
        return is_so

    def studies(self) -> list[Study]:
        """Oldest first."""
        return [
            study_from_document(document["particulars"]) for document in self._documents.all(self._studies, by="added")
        ]

    def keep_out(self, study_id: str, face_id: str) -> None:
        reference = self._kept_out.document(f"{study_id}-{face_id}")
        self._documents.set(reference, {"id": reference.id, "study_id": study_id, "face_id": face_id})

    def kept_out(self, study_id: str) -> set[str]:
        documents = self._documents.all(where(self._kept_out, "study_id", "==", study_id))
        return {document["face_id"] for document in documents}

    def create_consent(self, consent: Consent) -> None:
        """The words are kept with each consent: one document for all would be written by everybody who agrees."""
        with self._documents.batch_of(self._people.document(consent.person_id)) as batch:
            self._documents.create(self._consents.document(consent.id), _consent_document(consent), batch)

    def latest_consent(self, person_id: str, study_id: str) -> Consent | None:
        of_study = where(self._consents_by(person_id), "study_id", "==", study_id)
        newest = of_study.order_by("given_at", direction=Query.DESCENDING).limit(1)
        return next(map(_consent, self._documents.page(newest)), None)

    def count_agreed(self, study_id: str, texts: Collection[str]) -> int:
        """Goes through the study's consents once, however many texts there are."""
        in_study = where(self._consents, "study_id", "==", study_id)
        wanted = in_study.select(["id", "person_id", "text_sha256", "given_at"])
        given = sorted(self._documents.all(wanted), key=lambda consent: consent["given_at"])
        last = {consent["person_id"]: consent["text_sha256"] for consent in given}
        return sum(text in texts for text in last.values())

    def consents_of(self, person_id: str) -> list[Consent]:
        consents = map(_consent, self._documents.all(self._consents_by(person_id)))
        return sorted(consents, key=lambda consent: consent.given_at)

    def create_face(self, face: Face) -> None:
        """Also raises NotFound when the face's person is gone, so that no face outlives a withdrawal beside it."""
        with self._documents.batch_of(self._people.document(face.person_id)) as batch:
            said = self._groups.of(face.person_id, face.study_id)
            facts = self._facts.add(batch, face, said)
            self._documents.create(self._faces.document(face.id), face_to_document(face) | facts, batch)
        while said != (now := self._groups.of(face.person_id, face.study_id)):  # Changed while the face was added.
            self._facts.note_groups(face.id, now)
            said = now

    def face(self, face_id: str) -> Face | None:
        document = self._documents.read(self._faces.document(face_id))
        return face_from_document(document) if document else None

    def update_face(self, face: Face) -> None:
        """What may not be kept about it any more goes first: whoever is interrupted finds the face as it was and can do
        it again. What was added meanwhile is looked for once more at the end."""
        self._take_out_what_may_not_stay(face)
        self._facts.replace(face)
        self._take_out_what_may_not_stay(face)

    def delete_face(self, face_id: str) -> None:
        """What models said about it and its places in dataset versions go last and are looked for even when the face is
        gone: whoever is interrupted can do it again, and nothing is added once the face is gone."""
        self._facts.remove(face_id)
        self._delete_about(face_id, self._answers)
        self._delete_about(face_id, self._replies)
        self._take_out_of_versions(face_id)
        self._shadow_answers.remove(face_id)

    def faces_of(self, person_id: str) -> list[Face]:
        faces = map(face_from_document, self._documents.all(where(self._faces, "person_id", "==", person_id)))
        return sorted(faces, key=lambda face: face.given_at, reverse=True)

    def faces(self, among: IdRange = EVERY_ID) -> Iterator[Face]:
        return map(face_from_document, self._documents.all(within(self._faces, "id", among)))

    def origins(self, among: IdRange = EVERY_ID) -> Iterator[Origin]:
        wanted = within(self._faces, "id", among).select(["id", "person_id", "study_id", "source"])
        for face in self._documents.all(wanted, size=_ORIGINS_PAGE):
            yield Origin(face["id"], face["person_id"], face["study_id"], Source(face["source"]))

    def faces_due(self, now: datetime) -> list[Face]:
        due = self._due(now).order_by("purge_at").limit(PAGE)
        return [face_from_document(document) for document in self._documents.page(due)]

    def count_due(self, now: datetime) -> int:
        return self._documents.count(self._due(now))

    def clock_seen(self) -> datetime | None:
        document = self._documents.read(self._clock)
        return time_from_text(document["seen_at"]) if document else None

    def note_clock(self, now: datetime) -> None:
        self._documents.set(self._clock, {"id": "clock", "seen_at": time_to_text(now)})

    def problems(self) -> list[str]:
        try:
            changed = [
                c["id"] for c in self._documents.all(self._consents) if _consent(c).text.sha256 != c["text_sha256"]
            ]
        except StoreUnavailable as error:
            return [str(error)]
        return [f"consent {consent_id}: its words are not those that were agreed to" for consent_id in changed]

    def append_audit(self, entry: AuditEntry) -> None:
        self._log.append(entry)

    def audit(self) -> Iterator[AuditEntry]:
        return self._log.entries()

    def sealed_audit(self) -> Iterator[SealedEntry]:
        return self._log.sealed()

    def latest_audit(self, count: int, study_id: str | None = None) -> list[AuditEntry]:
        return self._log.latest(count, study_id)

    def _take_out_what_may_not_stay(self, face: Face) -> None:
        if not face.purposes >= SHARED:
            self._take_out_of_versions(face.id)
        if Purpose.TRAIN not in face.purposes:
            self._shadow_answers.remove(face.id)

    def _take_out_of_versions(self, face_id: str) -> None:
        self._documents.delete(kept.document(face_id) for kept in (self._crops, self._lost))
        self._delete_about(face_id, self._entries)

    def _delete_about(self, face_id: str, collection: CollectionReference) -> None:
        documents = self._documents.all(where(collection, "face_id", "==", face_id))
        self._documents.delete(collection.document(document["id"]) for document in documents)

    def _due(self, now: datetime) -> Query:
        return where(self._faces, "purge_at", "<=", time_to_text(now))

    def _consents_by(self, person_id: str) -> Query:
        return where(self._consents, "person_id", "==", person_id)


def _person_document(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "role": person.role.value,
        "created_at": time_to_text(person.created_at),
        "asked_first": person.asked_first,
    }


def _person(document: dict[str, Any]) -> Person:
    created_at = time_from_text(document["created_at"])
    return Person(document["id"], Role(document["role"]), created_at, document["asked_first"])


def _consent_document(consent: Consent) -> dict[str, Any]:
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


def _consent(document: dict[str, Any]) -> Consent:
    return Consent(
        id=document["id"],
        person_id=document["person_id"],
        study_id=document["study_id"],
        text=ConsentText(document["text_version"], document["text"]),
        purposes=frozenset(map(Purpose, document["purposes"])),
        given_at=time_from_text(document["given_at"]),
    )
