"""SittingStore on Firestore. Faces are counted by what was asked for with all else that they are counted by, and what
happens by counters that are only ever added to."""

import secrets
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime

from google.cloud.firestore import DocumentReference, Increment, WriteBatch

from fers.domain.emotions import Emotion
from fers.domain.protocols import Place, Quota, Sitting, has_room
from fers.errors import NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.counters import FaceCounters
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.firebase.keyed import Document, KeyedDocuments
from fers.storage.firebase.places import PlacesHeld
from fers.storage.shared.study_documents import sitting_from_document, sitting_to_document

_SHARDS = 8
_OF = "of_"


class FirebaseSittings:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._counters = FaceCounters(self._documents)
        self._places = PlacesHeld(self._documents)
        self._keyed = KeyedDocuments(self._documents, "sitting_keys")
        self._people = self._documents.collection("people")
        self._sittings = self._documents.collection("sittings")
        self._counts = self._documents.collection("task_counts")

    def change(
        self, person_id: str, study_id: str, changed: Callable[[Sitting | None], Sitting | None]
    ) -> tuple[Sitting | None, Sitting | None]:
        reference, person = self._reference(person_id, study_id), self._people.document(person_id)
        before = after = None

        def replaced(old: Document | None) -> Document | None:
            nonlocal before, after
            before = sitting_from_document(old["sitting"]) if old else None
            after = changed(before)
            if after is None or after == before:
                return None
            return {"id": reference.id, "person_id": person_id, "sitting": sitting_to_document(after)}

        def still_there(batch: WriteBatch) -> None:
            if self._documents.read(person) is None:
                raise NotFound("account.gone")
            batch.update(person, {"id": person_id})  # Changes nothing, and fails if they go.

        self._keyed.change(reference, replaced, still_there)
        return before, after

    def sitting(self, person_id: str, study_id: str) -> Sitting | None:
        document = self._documents.read(self._reference(person_id, study_id))
        return sitting_from_document(document["sitting"]) if document else None

    def sittings_of(self, person_id: str) -> list[Sitting]:
        found = self._documents.all(where(self._sittings, "person_id", "==", person_id))
        return [sitting_from_document(document["sitting"]) for document in found]

    def reserve(
        self, study_id: str, person_id: str, place: Place, quotas: Collection[Quota], now: datetime, until: datetime
    ) -> bool:
        def may(held: Counter[Place]) -> bool:
            return has_room(quotas, self.given(study_id), held)

        return self._places.keep(study_id, person_id, place, now, until, may)

    def release(self, study_id: str, person_id: str, intended: Emotion) -> None:
        self._places.release(study_id, person_id, intended)

    def given(self, study_id: str) -> Counter[Place]:
        return self._counters.places(study_id)

    def held(self, study_id: str, now: datetime) -> Counter[Place]:
        return self._places.at(study_id, now)

    def count(self, study_id: str, what: str, number: int = 1) -> None:
        reference = self._counts.document(f"{study_id}-{secrets.randbelow(_SHARDS)}")
        batch = self._documents.batch()
        counted = {"id": reference.id, "study_id": study_id, f"{_OF}{what}": Increment(number)}
        batch.set(reference, counted, merge=True)
        self._documents.commit(batch)

    def counted(self, study_id: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for document in self._documents.all(where(self._counts, "study_id", "==", study_id)):
            found.update({field.removeprefix(_OF): n for field, n in document.items() if field.startswith(_OF)})
        return found

    def forget(self, person_id: str) -> None:
        """Delete somebody's ways through all studies."""
        for document in self._documents.all(where(self._sittings, "person_id", "==", person_id)):
            self._keyed.forget(self._sittings.document(document["id"]))

    def _reference(self, person_id: str, study_id: str) -> DocumentReference:
        return self._sittings.document(f"{person_id}-{study_id}")
