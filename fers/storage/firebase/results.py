"""ResultStore on Firestore: a document for each evaluation set and model."""

from google.cloud.firestore import CollectionReference

from fers.domain.evaluation_sets import Result, RunProgress
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import Asked, FirestoreDocuments, where
from fers.storage.shared.result_documents import progress_from_text, progress_to_text, result_from_text, result_to_text

_END = "~"
"""Sorts behind everything that evaluation sets and models are named by."""


class FirebaseResults:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._results = self._documents.collection("results")
        self._progress = self._documents.collection("run_progress")

    def save_result(self, result: Result) -> None:
        self._save(self._results, result.evaluation_set, result.who, result_to_text(result))

    def results(self, evaluation_set: str | None = None) -> list[Result]:
        return [result_from_text(text) for text in self._read(self._results, evaluation_set)]

    def save_progress(self, progress: RunProgress) -> None:
        self._save(self._progress, progress.evaluation_set, progress.fingerprint, progress_to_text(progress))

    def progress(self, evaluation_set: str | None = None) -> list[RunProgress]:
        return [progress_from_text(text) for text in self._read(self._progress, evaluation_set)]

    def _save(self, collection: CollectionReference, evaluation_set: str, who: str, text: str) -> None:
        name = f"{evaluation_set}-{who}"
        self._documents.set(collection.document(name), {"id": name, "document": text})

    def _read(self, collection: CollectionReference, evaluation_set: str | None) -> list[str]:
        query: Asked = collection
        if evaluation_set is not None:
            query = where(where(collection, "id", ">", f"{evaluation_set}-"), "id", "<", f"{evaluation_set}-{_END}")
        return [document["document"] for document in self._documents.all(query)]
