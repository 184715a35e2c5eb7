"""DatasetVersionStore on Firestore.

A version's entries are written under the name of the attempt, and the version, which names its attempt, when all are
there: so a version is there whole or not at all. A face is looked at once its entry or its crop is written; who
withdraws or narrows it later finds them and takes them out. So neither outlives the right to hand it out.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import Any

from google.cloud.firestore import Query

from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.versions import SHARED, DatasetVersion, Entry, Split
from fers.errors import AlreadyExists, StoreUnavailable
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import PAGE, FirestoreDocuments, where, within
from fers.storage.shared.version_documents import version_from_document, version_to_document

_CROPS_AT_ONCE = 50
"""At some 20 kB each, well below the 10 MB that Firestore takes in a batch."""


class FirebaseDatasetVersions:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._faces = self._documents.collection("faces")
        self._versions = self._documents.collection("snapshots")
        self._names = self._documents.collection("snapshot_names")
        self._entries = self._documents.collection("snapshot_entries")
        self._crops = self._documents.collection("crops")
        self._lost = self._documents.collection("lost_images")

    def create_version(self, dataset_version: DatasetVersion, entries: Iterable[Entry]) -> None:
        attempt, waiting = secrets.token_hex(16), iter(entries)
        try:
            while some := list(islice(waiting, PAGE)):
                self._write(attempt, some)
            self._publish(dataset_version, attempt)
        except StoreUnavailable:  # It may be there and only the answer got lost. Else nobody ever finds the entries.
            raise
        except BaseException:
            self._delete(self._documents.all(self._of(attempt), by="face_id"))
            raise

    def of_study(self, study_id: str) -> list[DatasetVersion]:
        versions = map(_dataset_version, self._documents.all(where(self._versions, "study_id", "==", study_id)))
        return sorted(versions, key=lambda version: version.created_at, reverse=True)

    def version(self, version_id: str) -> DatasetVersion | None:
        document = self._documents.read(self._versions.document(version_id))
        return _dataset_version(document) if document else None

    def entries(self, version_id: str, split: Split | None = None, among: IdRange = EVERY_ID) -> Iterator[Entry]:
        version = self._documents.read(self._versions.document(version_id))
        if version is None:
            return
        query = self._of(version["attempt"])
        query = query if split is None else where(query, "split", "==", split.value)
        for document in self._documents.all(within(query, "face_id", among), by="face_id"):
            yield Entry.from_document(json.loads(document["entry"]))

    def count_entries(self, version_id: str) -> int:
        version = self._documents.read(self._versions.document(version_id))
        return self._documents.count(self._of(version["attempt"])) if version else 0

    def keep_crops(self, crops: Mapping[str, bytes], encoder: str) -> None:
        waiting = iter(crops.items())
        while some := dict(islice(waiting, _CROPS_AT_ONCE)):
            documents = {
                face_id: (self._crops.document(face_id), {"encoder": encoder, "data": data})
                for face_id, data in some.items()
            }
            self._documents.set_about(self._faces, documents)
            self._documents.delete(self._crops.document(face_id) for face_id in self._unshared(some))

    def crop(self, face_id: str, encoder: str) -> bytes | None:
        kept = self._documents.read(self._crops.document(face_id))
        return kept["data"] if kept and kept["encoder"] == encoder else None

    def note_lost(self, face_id: str, lost: bool = True) -> None:
        note = self._lost.document(face_id)
        if lost:
            self._documents.set_about(self._faces, {face_id: (note, {"id": face_id})})
        else:
            self._documents.delete([note])

    def lost(self) -> list[str]:
        return [document["id"] for document in self._documents.all(self._lost)]

    def _write(self, attempt: str, entries: list[Entry]) -> None:
        """Those of faces that are gone or may not be shared any more are taken out again."""
        batch, documents = self._documents.batch(), {}
        for entry in entries:
            name = f"{attempt}-{entry.face_id}"
            about = {"id": name, "attempt": attempt, "face_id": entry.face_id, "split": entry.split.value}
            documents[entry.face_id] = about | {"entry": json.dumps(entry.as_document())}
            batch.set(self._entries.document(name), documents[entry.face_id])
        self._documents.commit(batch)
        self._delete(documents[face_id] for face_id in self._unshared(documents))

    def _unshared(self, face_ids: Iterable[str]) -> list[str]:
        """Those of faces that are gone or may not be shared."""
        face_ids = list(face_ids)
        faces = self._documents.read_all([self._faces.document(face_id) for face_id in face_ids])
        shared = {face_id for face_id, face in faces.items() if set(face["purposes"]) >= SHARED}
        return [face_id for face_id in face_ids if face_id not in shared]

    def _publish(self, dataset_version: DatasetVersion, attempt: str) -> None:
        version = self._versions.document(dataset_version.id)
        name = self._names.document(f"{dataset_version.study_id}-{sha256(dataset_version.name.encode()).hexdigest()}")
        batch = self._documents.batch()
        batch.create(name, {"snapshot_id": dataset_version.id})
        try:
            self._documents.create(version, _document(dataset_version) | {"attempt": attempt}, batch)
        except AlreadyExists:
            raise AlreadyExists("version.exists") from None

    def _of(self, attempt: str) -> Query:
        return where(self._entries, "attempt", "==", attempt)

    def _delete(self, documents: Iterable[dict[str, Any]]) -> None:
        self._documents.delete(self._entries.document(document["id"]) for document in documents)


def _document(dataset_version: DatasetVersion) -> dict[str, Any]:
    return {
        "id": dataset_version.id,
        "study_id": dataset_version.study_id,
        "particulars": version_to_document(dataset_version),
    }


def _dataset_version(document: dict[str, Any]) -> DatasetVersion:
    return version_from_document(document["particulars"])
