"""How models did on new faces, on Firestore: a document for each face and model, counted as it comes and goes."""

from collections.abc import Iterator
from datetime import date

from fers.domain.field import ShadowAnswer
from fers.storage.firebase.field_counters import FieldCounters
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where


class ShadowAnswers:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._counters = FieldCounters(documents)
        self._faces = documents.collection("faces")
        self._answers = documents.collection("shadow_answers")

    def add(self, fingerprint: str, answer: ShadowAnswer) -> None:
        """Raises Taken (Google's AlreadyExists) when it is noted, Missing (Google's NotFound) when the face is gone."""
        name, week = f"{fingerprint}-{answer.face_id}", answer.week.isoformat()
        batch = self._documents.batch()
        batch.update(self._faces.document(answer.face_id), {"id": answer.face_id})  # Fails if the face is gone.
        document = {"id": name, "answers_id": fingerprint, "face_id": answer.face_id, "week": week, "rank": answer.rank}
        batch.create(self._answers.document(name), document)
        self._counters.add_shadow(batch, fingerprint, answer.face_id, week, answer.rank, 1)
        self._documents.commit(batch)

    def noted(self, fingerprint: str, face_ids: list[str]) -> set[str]:
        known = self._documents.read_all([self._answers.document(f"{fingerprint}-{face_id}") for face_id in face_ids])
        return {document["face_id"] for document in known.values()}

    def of(self, fingerprint: str) -> Iterator[ShadowAnswer]:
        """By face id."""
        for document in self._documents.all(where(self._answers, "answers_id", "==", fingerprint), by="face_id"):
            yield ShadowAnswer(document["face_id"], date.fromisoformat(document["week"]), document["rank"])

    def remove(self, face_id: str) -> None:
        """Take everything about a face away; nothing happens when nothing is there."""
        until_it_holds(lambda: self._remove(face_id))

    def _remove(self, face_id: str) -> None:
        for answer in self._documents.all(where(self._answers, "face_id", "==", face_id)):
            batch = self._documents.batch()
            batch.delete(self._answers.document(answer["id"]), option=EXISTS)
            self._counters.add_shadow(batch, answer["answers_id"], face_id, answer["week"], answer["rank"], -1)
            self._documents.commit(batch)
