"""AccessTokenStore on Firestore: a document for each token.

Beside them each person has a key, a document whose name changes whenever a token is made. Whoever makes one takes the
key that they have seen, which must still be there, in the same batch: so nobody counts tokens while another is made.
"""

import secrets
from datetime import datetime
from typing import Any

from fers.domain.access import AccessToken
from fers.errors import AlreadyExists, InvalidInput, NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebaseAccess:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._people = self._documents.collection("people")
        self._tokens = self._documents.collection("access_tokens")
        self._keys = self._documents.collection("access_token_keys")

    def create(self, token: AccessToken, most: int | None = None) -> None:
        this_call = secrets.token_hex(8)
        until_it_holds(lambda: self._create(token, most, this_call))

    def _create(self, token: AccessToken, most: int | None, this_call: str) -> None:
        person, reference = self._people.document(token.person_id), self._tokens.document(token.id)
        keys = self._documents.page(where(self._keys, "person_id", "==", person.id).limit(1))  # Before all else.
        if there := self._documents.read(reference):
            if there.get("made_by") == this_call:  # By an attempt whose answer got lost.
                return
            raise AlreadyExists("access-token.exists")
        if self._documents.read(person) is None:
            raise NotFound("account.gone")
        live = [one for one in self.tokens_of(person.id) if one.live(token.created_at)]
        if most is not None and len(live) >= most:
            raise InvalidInput("access-token.too-many", most=most)
        batch, key = self._documents.batch(), f"{person.id}-{secrets.token_hex(8) if keys else 'first'}"
        for seen in keys:
            batch.delete(self._keys.document(seen["id"]), option=EXISTS)
        batch.create(self._keys.document(key), {"id": key, "person_id": person.id})
        batch.update(person, {"id": person.id})  # Changes nothing, and fails if they go.
        batch.create(reference, _document(token) | {"made_by": this_call})
        self._documents.commit(batch)

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
