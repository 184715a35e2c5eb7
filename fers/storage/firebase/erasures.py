"""ErasureStore on Firestore: a document for each, which importing an older export leaves where it is."""

from collections.abc import Iterator

from fers.domain.erasures import Erased, Erasure
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.shared.credentials import sha256
from fers.storage.shared.documents import erasure_from_document, erasure_to_document


class FirebaseErasures:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._erasures = self._documents.collection("erasures")

    def note(self, erasure: Erasure) -> None:
        name = _name(erasure.what, erasure.subject, erasure.study_id, *sorted(erasure.purposes))
        self._documents.set(self._erasures.document(name), erasure_to_document(erasure) | {"id": name})

    def erasures(self) -> Iterator[Erasure]:
        return map(erasure_from_document, self._documents.all(self._erasures))

    def is_gone(self, subject: str, what: Erased = Erased.FACE) -> bool:
        return self._documents.read(self._erasures.document(_name(what, subject, ""))) is not None

    def is_restored(self) -> bool:
        """Google puts exports back without FERS: whoever does so runs the doctor."""
        return False

    def note_enforced(self) -> None:
        pass


def _name(*what: str) -> str:
    return sha256("\n".join(what))[:32]
