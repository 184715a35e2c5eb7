"""How often faces were changed or deleted, and labels taken back, on Firestore.

It stands in the same batch as the change, and is spread over several documents, since one should not be written more
often than about once a second.
"""

from zlib import crc32

from google.cloud.firestore import Increment, WriteBatch

from fers.storage.firebase.firestore import FirestoreDocuments

_SHARDS = 8


class Revisions:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._revisions = documents.collection("revisions")

    def add(self, batch: WriteBatch, face_id: str) -> None:
        """Count one of this face in `batch`."""
        name = str(crc32(face_id.encode()) % _SHARDS)
        batch.set(self._revisions.document(name), {"id": name, "count": Increment(1)}, merge=True)

    def count(self) -> int:
        return sum(document["count"] for document in self._documents.all(self._revisions))
