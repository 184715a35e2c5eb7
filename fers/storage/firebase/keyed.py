"""Documents on Firestore that are changed by what they say, whoever else changes them at the same time.

Beside each goes a key, a document of its own whose name changes with every change: whoever changes a document takes the
key that they have seen, which must still be there, in the same batch. Documents that an earlier FERS wrote may have
none yet; whoever changes one first gives it one by a name that only one of them can create.
"""

import secrets
from collections.abc import Callable
from typing import Any

from google.cloud.firestore import DocumentReference, WriteBatch

from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where

Document = dict[str, Any]


class KeyedDocuments:
    def __init__(self, documents: FirestoreDocuments, keys: str):
        self._documents = documents
        self._keys = documents.collection(keys)

    def change(
        self,
        reference: DocumentReference,
        changed: Callable[[Document | None], Document | None],
        also: Callable[[WriteBatch], None] | None = None,
    ) -> None:
        """Replace a document by what `changed` makes of it (None: there is none, or it stays as it is). `also` adds to
        the same batch."""
        this_call = secrets.token_hex(8)

        def attempt() -> None:
            old = self._documents.read(reference)
            if old and old.get("changed_by") == this_call:  # By an attempt whose answer got lost.
                return
            new = changed(old)
            if new is None:
                return
            key = f"{reference.id}-{'1' if old and 'key' not in old else secrets.token_hex(8)}"
            document = new | {"key": key, "changed_by": this_call}
            batch = self._documents.batch()
            if also:
                also(batch)
            if old and "key" in old:
                batch.delete(self._keys.document(old["key"]), option=EXISTS)
            batch.create(self._keys.document(key), {"id": key, "of": reference.id})
            if old is None:
                batch.create(reference, document)
            else:
                batch.set(reference, document)
            self._documents.commit(batch)

        until_it_holds(attempt)

    def forget(self, reference: DocumentReference) -> None:
        """Delete a document with its keys."""
        keys = self._documents.page(where(self._keys, "of", "==", reference.id))
        self._documents.delete([*(self._keys.document(key["id"]) for key in keys), reference])
