"""AccessTokenStore on Firestore: a document for each token."""

from datetime import datetime
from typing import Any

from fers.domain.access import AccessToken
from fers.errors import NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebaseAccess:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._people = self._documents.collection("people")
        self._tokens = self._documents.collection("access_tokens")

    def create(self, token: AccessToken) -> None:
        with self._documents.batch_of(self._people.document(token.person_id)) as batch:
            self._documents.create(self._tokens.document(token.id), _document(token), batch)

    def by_sha256(self, sha256: str) -> AccessToken | None:
        found = self._documents.page(where(self._tokens, "sha256", "==", sha256).limit(1))
        return _token(found[0]) if found else None

    def tokens_of(self, person_id: str) -> list[AccessToken]:
        found = map(_token, self._documents.all(where(self._tokens, "person_id", "==", person_id)))
        return sorted(found, key=lambda token: token.created_at, reverse=True)

    def note_use(self, token_id: str, at: datetime) -> None:
        try:
            self._documents.replace(self._tokens.document(token_id), {"last_used_at": time_to_text(at)})
        except NotFound:
            return

    def delete(self, token_id: str) -> None:
        self._documents.delete([self._tokens.document(token_id)])


def _document(token: AccessToken) -> dict[str, Any]:
    times = {"created_at": time_to_text(token.created_at), "expires_at": time_to_text(token.expires_at)}
    used = token.last_used_at and time_to_text(token.last_used_at)
    return vars(token) | times | {"last_used_at": used}


def _token(document: dict[str, Any]) -> AccessToken:
    used = document["last_used_at"]
    return AccessToken(
        id=document["id"],
        person_id=document["person_id"],
        study_id=document["study_id"],
        name=document["name"],
        sha256=document["sha256"],
        created_at=time_from_text(document["created_at"]),
        expires_at=time_from_text(document["expires_at"]),
        last_used_at=used and time_from_text(used),
    )
