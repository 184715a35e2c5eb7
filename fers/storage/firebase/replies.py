"""ReplyStore on Firestore: a document for each person, study, question and photo."""

from collections.abc import Collection, Iterator
from datetime import datetime

from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import Query

from fers.domain.questions import Reply
from fers.errors import NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import PAGE, FirestoreDocuments, where
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.question_documents import reply_from_document, reply_to_document


class FirebaseReplies:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._people = self._documents.collection("people")
        self._faces = self._documents.collection("faces")
        self._replies = self._documents.collection("replies")

    def save_replies(self, replies: Collection[Reply]) -> None:
        """Whoever withdraws a photo looks for replies about it once it is gone; none comes to be after that, as each is
        written together with a look at its photo."""
        gone = {reply.face_id for reply in replies if reply.face_id} - self._there(replies)
        kept = [reply for reply in replies if reply.face_id not in gone]
        if kept:
            self._save(kept)

    def replies_of(self, person_id: str, study_id: str) -> list[Reply]:
        return [reply for reply in self.all_replies_of(person_id) if reply.study_id == study_id]

    def all_replies_of(self, person_id: str) -> list[Reply]:
        """Of one person there are few, so they are put in order here."""
        found = self._documents.all(where(self._replies, "person_id", "==", person_id))
        replies = (reply_from_document(document["reply"]) for document in found)
        return sorted(replies, key=lambda reply: (reply.study_id, reply.question, reply.face_id))

    def replies_in(self, study_id: str) -> Iterator[Reply]:
        """Documents are called by their person first."""
        for document in self._documents.all(where(self._replies, "study_id", "==", study_id)):
            yield reply_from_document(document["reply"])

    def delete_replies(self, person_id: str, study_id: str) -> None:
        self._documents.delete(
            self._replies.document(document["id"])
            for document in self._documents.all(where(self._replies, "person_id", "==", person_id))
            if document["study_id"] == study_id
        )

    def count_replies(self, due: datetime | None = None) -> int:
        return self._documents.count(self._replies if due is None else self._due(due))

    def purge_replies(self, now: datetime) -> int:
        purged = 0
        due = self._due(now).order_by("purge_at").limit(PAGE)
        while page := self._documents.page(due):
            self._documents.delete(self._replies.document(document["id"]) for document in page)
            purged += len(page)
        return purged

    def _due(self, now: datetime) -> Query:
        return where(self._replies, "purge_at", "<=", time_to_text(now))

    def _there(self, replies: Collection[Reply]) -> set[str]:
        faces = {reply.face_id for reply in replies if reply.face_id}
        return set(self._documents.read_all([self._faces.document(face_id) for face_id in sorted(faces)]))

    def _save(self, replies: Collection[Reply]) -> None:
        batch = self._documents.batch()
        # Changes nothing, and fails if the person or the photo is gone.
        for person_id in {reply.person_id for reply in replies}:
            batch.update(self._people.document(person_id), {"id": person_id})
        for face_id in {reply.face_id for reply in replies if reply.face_id}:
            batch.update(self._faces.document(face_id), {"id": face_id})
        for reply in replies:
            name = f"{reply.person_id}-{reply.study_id}-{reply.question}-{reply.face_id}"
            about = {"person_id": reply.person_id, "study_id": reply.study_id, "face_id": reply.face_id}
            document = {"id": name, "purge_at": time_to_text(reply.purge_at), "reply": reply_to_document(reply)}
            batch.set(self._replies.document(name), about | document)
        try:
            self._documents.commit(batch)
        except Missing:
            raise NotFound("account.gone") from None
