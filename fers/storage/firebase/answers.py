"""AnswerStore on Firestore: a document for each face and model."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from google.cloud.firestore import DocumentReference, Query

from fers.domain.models import ModelRun
from fers.domain.ranges import EVERY_ID, IdRange
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import FirestoreDocuments, where, within
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.stored_names import as_named, as_stored

_AT_ONCE = 100
"""Faces in a batch: two writes each, and Firestore takes up to 500."""
_PAGE = 1000
_KIND = np.dtype("<f4")


class FirebaseAnswers:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._faces = self._documents.collection("faces")
        self._answers = self._documents.collection("answers")
        self._runs = self._documents.collection("model_runs")

    def add_answers(self, fingerprint: str, answers: Mapping[str, np.ndarray]) -> None:
        face_ids = list(answers)
        for start in range(0, len(face_ids), _AT_ONCE):
            self._add(fingerprint, {face_id: answers[face_id] for face_id in face_ids[start : start + _AT_ONCE]})

    def answers(self, fingerprint: str, among: IdRange = EVERY_ID) -> Iterator[tuple[str, np.ndarray]]:
        for document in self._documents.all(within(self._of(fingerprint), "face_id", among), by="face_id", size=_PAGE):
            yield document["face_id"], np.frombuffer(document["said"], _KIND)

    def count_answers(self, fingerprint: str) -> int:
        return self._documents.count(self._of(fingerprint))

    def save_run(self, run: ModelRun) -> None:
        document = as_stored(asdict(run)) | {"finished_at": time_to_text(run.finished_at)}
        self._documents.set(self._runs.document(run.fingerprint), document)

    def runs(self) -> list[ModelRun]:
        """Newest first."""
        documents = self._documents.all(self._runs, by="answers_id")
        runs = [
            ModelRun(**as_named(document) | {"finished_at": time_from_text(document["finished_at"])})
            for document in documents
        ]
        return sorted(runs, key=lambda run: run.finished_at, reverse=True)

    def _add(self, fingerprint: str, answers: Mapping[str, np.ndarray]) -> None:
        documents: dict[str, tuple[DocumentReference, dict[str, Any]]] = {}
        for face_id, said in answers.items():
            name = f"{fingerprint}-{face_id}"
            about = {"id": name, "answers_id": fingerprint, "face_id": face_id}
            document = about | {"said": np.asarray(said, _KIND).tobytes()}
            documents[face_id] = (self._answers.document(name), document)
        self._documents.set_about(self._faces, documents)

    def _of(self, fingerprint: str) -> Query:
        return where(self._answers, "answers_id", "==", fingerprint)
