"""Reading and writing Firestore's documents, each call bounded and its failures in words.

Every write is one batch, which Firestore applies whole or not at all, and what it relies on goes into the same batch as
a precondition that a document exists or doesn't: nothing is read first and written later, so any number of servers can
work at once. Queries come in pages, by value (`where field > last`), so none grows with the study.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from google.api_core.exceptions import AlreadyExists as Taken
from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import CollectionReference, DocumentReference, ExistsOption, FieldFilter, Query, WriteBatch

from fers.domain.ranges import EVERY_ID, IdRange
from fers.errors import AlreadyExists, NotFound, StoreUnavailable
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.failures import explained

Found = TypeVar("Found")
Asked = CollectionReference | Query
"""What documents are asked of: all of a kind, or some."""

PAGE = 200
EXISTS = ExistsOption(True)
_MADE_BY = "made_by"
"""Which call created a document, so that a call whose answer got lost knows its own work again."""
_ATTEMPTS = 40
"""Of a change that others got in the way of. Each time one of them got through, so this is a queue of so many."""


class FirestoreDocuments:
    """Shared by the stores on Firestore. Safe to share between threads."""

    def __init__(self, client: FirebaseClient):
        self._database = client.database
        self._bounds = client.calls

    def collection(self, name: str) -> CollectionReference:
        return self._database.collection(name)

    def batch(self) -> WriteBatch:
        return self._database.batch()

    @contextmanager
    def batch_of(self, person: DocumentReference) -> Iterator[WriteBatch]:
        """A batch to commit in this context, which changes nothing in the person's document, and fails where they are
        gone. Raises NotFound then."""
        batch = self.batch()
        batch.update(person, {"id": person.id})
        try:
            yield batch
        except Missing:
            raise NotFound("account.gone") from None

    def commit(self, batch: WriteBatch) -> None:
        """Raises Missing or Taken (Google's NotFound and AlreadyExists) when a precondition fails: then nothing of the
        batch was written, or all of it by an attempt whose answer got lost."""
        refused = None
        with explained():
            try:
                batch.commit(**self._bounds)
            except (Missing, Taken) as error:
                refused = error
        if refused:
            raise refused

    def create(self, reference: DocumentReference, document: dict[str, Any], batch: WriteBatch | None = None) -> None:
        """Create a document, once, after and together with what is in `batch`. Raises AlreadyExists and Missing."""
        this_call = secrets.token_hex(8)
        batch = batch or self.batch()
        batch.create(reference, document | {_MADE_BY: this_call})
        try:
            self.commit(batch)
        except (Taken, Missing) as refused:
            if (self.read(reference) or {}).get(_MADE_BY) == this_call:
                return
            if isinstance(refused, Missing):
                raise
            raise AlreadyExists("record.exists") from None

    def set_about(
        self, faces: CollectionReference, documents: Mapping[str, tuple[DocumentReference, dict[str, Any]]]
    ) -> None:
        """Set documents about faces, by face id, where the face is there: none of one that is gone comes to be."""
        batch = self.batch()
        for face_id in documents:  # Changes nothing, and fails if the face is gone. First: it is what can be refused.
            batch.update(faces.document(face_id), {"id": face_id})
        for reference, document in documents.values():
            batch.set(reference, document)
        try:
            self.commit(batch)
        except Missing:
            if len(documents) > 1:  # One by one, to find out which.
                for face_id, about in documents.items():
                    self.set_about(faces, {face_id: about})

    def replace(self, reference: DocumentReference, document: dict[str, Any]) -> None:
        """Raises NotFound."""
        with explained():
            try:
                reference.update(document, **self._bounds)
            except Missing:
                raise NotFound("record.gone") from None

    def set(self, reference: DocumentReference, document: dict[str, Any]) -> None:
        with explained():
            reference.set(document, **self._bounds)

    def delete(self, references: Iterable[DocumentReference]) -> None:
        """Nothing happens to those that are gone already."""
        references = list(references)
        for start in range(0, len(references), PAGE):
            batch = self.batch()
            for reference in references[start : start + PAGE]:
                batch.delete(reference)
            self.commit(batch)

    def read(self, reference: DocumentReference) -> dict[str, Any] | None:
        with explained():
            return reference.get(**self._bounds).to_dict()

    def read_all(self, references: list[DocumentReference]) -> dict[str, dict[str, Any]]:
        """Those that are there, by their document's id."""
        with explained():
            found = self._database.get_all(references, **self._bounds) if references else ()
            return {one.id: document for one in found if (document := one.to_dict()) is not None}

    def page(self, query: Asked) -> list[dict[str, Any]]:
        with explained():
            return [document for one in query.get(**self._bounds) if (document := one.to_dict()) is not None]

    def all(self, query: Asked, by: str = "id", size: int = PAGE) -> Iterator[dict[str, Any]]:
        """Every document of a query, in the order of the field `by`, whose values differ."""
        page = self.page(query.order_by(by).limit(size))
        while page:
            yield from page
            if len(page) < size:
                return
            page = self.page(where(query, by, ">", page[-1][by]).order_by(by).limit(size))

    def count(self, query: Asked) -> int:
        with explained():
            results: Any = query.count().get(**self._bounds)  # Lists of results, though it is typed as one list.
        [[result]] = results
        return int(result.value)


class TextSequence:
    """Texts that sort in the order they were drawn; between servers, as well as their clocks agree."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._here = secrets.token_hex(4)

    def next(self) -> str:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return f"{self._last:020d}-{self._here}"


def where(query: Asked, field: str, operator: str, value: object) -> Query:
    narrowed: Query = query.where(filter=FieldFilter(field, operator, value))
    return narrowed


def within(query: Asked, field: str, among: IdRange) -> Asked:
    """The documents whose `field` is in a range of ids."""
    if among == EVERY_ID:
        return query
    return where(where(query, field, ">", among.after), field, "<=", among.to)


def until_it_holds(attempt: Callable[[], Found]) -> Found:
    """Repeat a look and the write that relies on it until nobody else gets in between (`attempt` raises Missing or
    Taken). Raises StoreUnavailable when that takes too many attempts."""
    for _ in range(_ATTEMPTS):
        try:
            return attempt()
        except (Missing, Taken):
            time.sleep(secrets.randbelow(50) / 1000)
    raise StoreUnavailable("store.contended")
