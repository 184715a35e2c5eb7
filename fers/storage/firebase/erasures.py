"""ErasureStore on Firestore: a document for each, which importing an older export leaves where it is."""

from collections.abc import Iterator

from fers.domain.erasures import Erasure
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.shared.credentials import sha256
from fers.storage.shared.documents import erasure_from_document, erasure_to_document


class FirebaseErasures:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._erasures = self._documents.collection("erasures")

    def note(self, erasure: Erasure) -> None:
        document = erasure_to_document(erasure)
        name = sha256("\n".join((erasure.what, erasure.subject, erasure.study_id, *sorted(erasure.purposes))))[:32]
        self._documents.set(self._erasures.document(name), document | {"id": name})

    def erasures(self) -> Iterator[Erasure]:
        return map(erasure_from_document, self._documents.all(self._erasures))
