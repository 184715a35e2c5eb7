"""ParticipationStore on Firestore: a document for each panel id of a study, named by its hash, which anybody who comes
by that id would create.

Beside it goes a key, as beside the places that are kept for people (`places.py`): whoever changes a document takes the
key that they have seen.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, replace
from typing import Any

from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import DocumentReference

from fers.domain.recruiting import Participation
from fers.errors import AlreadyExists, NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where
from fers.storage.firebase.keyed import Document, KeyedDocuments
from fers.storage.shared.study_documents import participation_from_document, participation_to_document


class FirebaseParticipations:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._people = self._documents.collection("people")
        self._participations = self._documents.collection("participations")
        self._keys = self._documents.collection("participation_keys")
        self._keyed = KeyedDocuments(self._documents, "participation_keys")

    def add(self, participation: Participation) -> Participation:
        reference, key = self._reference(participation.study_id, participation.panel_id), secrets.token_hex(8)
        batch = self._documents.batch()
        if participation.person_id:  # Changes nothing, and fails if the person is gone.
            batch.update(self._people.document(participation.person_id), {"id": participation.person_id})
        batch.set(self._keys.document(key), {"id": key})
        try:
            self._documents.create(reference, _document(participation, key), batch)
        except AlreadyExists:
            return self.participation(participation.study_id, participation.panel_id) or self.add(participation)
        except Missing:
            raise NotFound("account.gone") from None
        return participation

    def participation(self, study_id: str, panel_id: str) -> Participation | None:
        document = self._documents.read(self._reference(study_id, panel_id))
        return _participation(document) if document else None

    def participations_of(self, person_id: str) -> list[Participation]:
        found = self._documents.all(where(self._participations, "person_id", "==", person_id))
        return sorted(map(_participation, found), key=lambda one: one.study_id)

    def participations_in(self, study_id: str) -> Iterator[Participation]:
        return map(_participation, self._documents.all(where(self._participations, "study_id", "==", study_id)))

    def change(
        self, study_id: str, panel_id: str, changed: Callable[[Participation], Participation]
    ) -> Participation | None:
        after = None

        def replaced(old: Document | None) -> Document | None:
            nonlocal after
            before = _participation(old) if old else None
            after = changed(before) if before else None
            return participation_to_document(after) if after and after != before else None

        self._keyed.change(self._reference(study_id, panel_id), replaced)
        return after

    def erase(self, study_id: str, ids: Collection[str]) -> int:
        return sum(self._erase(study_id, one) for one in ids)

    def unlink(self, person_id: str) -> None:
        """Leave the person's without a person."""
        for one in self.participations_of(person_id):
            self.change(one.study_id, one.panel_id, lambda known: replace(known, person_id=None))

    def _erase(self, study_id: str, participation_id: str) -> bool:
        def attempt() -> bool:
            found = self._documents.page(where(self._participations, "id", "==", participation_id))
            if not found or found[0]["study_id"] != study_id:
                return False
            [document] = found
            batch = self._documents.batch()
            batch.delete(self._keys.document(document["key"]), option=EXISTS)
            batch.delete(self._reference(study_id, document["panel_id"]))
            self._documents.commit(batch)
            return True

        return until_it_holds(attempt)

    def _reference(self, study_id: str, panel_id: str) -> DocumentReference:
        return self._participations.document(f"{study_id}-{hashlib.sha256(panel_id.encode()).hexdigest()}")


def _document(participation: Participation, key: str) -> dict[str, Any]:
    return participation_to_document(participation) | {"key": key}


def _participation(document: dict[str, Any]) -> Participation:
    return participation_from_document({field.name: document[field.name] for field in fields(Participation)})
