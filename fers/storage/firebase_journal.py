"""Journal on Firestore: a mark is held by a lease, a document of its own whose id was drawn for it.

Taking a face over means deleting a lease that must still be there, in one batch with everything else: whoever comes
second fails, and no lease comes back. A lease lasts longer than anything done under it can (each call is bounded), so
one that has run out belonged to a writer that died; one whose writer failed is given up at once.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import AlreadyExists as Taken
from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import CollectionReference, ExistsOption, FieldFilter, WriteBatch

from fers.errors import StoreUnavailable
from fers.storage.documents import time_from_text, time_to_text
from fers.storage.firebase_client import FirebaseClient
from fers.storage.firebase_failures import explained

LEASE = timedelta(minutes=3)
"""The longest submission makes one transfer and four calls, a minute and a half at the very worst; the rest is for
servers whose clocks differ."""
PATIENCE_SECONDS = 20.0
"""How long one writer waits for another."""
_LONGEST_PAUSE = 1.0
_PAGE = 200


class FirebaseJournal:
    def __init__(self, client: FirebaseClient, lease: timedelta = LEASE):
        self._database = client.database
        self._bounds = client.calls
        self._lease = lease
        self._marks = self._database.collection("journal")
        self._leases = self._database.collection("leases")
        self._left_here: dict[str, str] = {}
        """Leases, with their faces, that this process is done with but could not say so to the store."""

    @contextmanager
    def writing(self, face_id: str) -> Iterator[None]:
        """Raises StoreUnavailable when another writer takes too long, or this one took longer than its lease."""
        lease = self._acquire(face_id)
        with self._given_up_on_failure(lease, face_id):
            yield
            self._release(lease, face_id)

    def settle(self, finish: Callable[[str], None]) -> list[str]:
        settled = []
        for left, face_id in self._left().items():
            lease = self._take_over(left, face_id)
            if lease is None:  # Another server settles it.
                continue
            with self._given_up_on_failure(lease, face_id):
                finish(face_id)
                self._release(lease, face_id)
            settled.append(face_id)
        return settled

    def _acquire(self, face_id: str) -> str:
        deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.02
        while time.monotonic() < deadline:
            lease = self._begin(face_id) or self._take_over_if_left(face_id)
            if lease is not None:
                return lease
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        raise StoreUnavailable("This photo is being worked on elsewhere.", "Try again in a moment.")

    def _begin(self, face_id: str) -> str | None:
        """Mark a face that has no mark; None when it has one."""
        batch, lease = self._database.batch(), secrets.token_hex(16)
        batch.create(self._marks.document(face_id), {"lease": lease})
        batch.create(self._leases.document(lease), _held(face_id, self._end_of_lease()))
        return self._committed(batch, lease, face_id)

    def _take_over_if_left(self, face_id: str) -> str | None:
        lease = self._holder(face_id)
        if lease is None:
            return None
        held = self._read(self._leases, lease)
        if lease in self._left_here or (held and time_from_text(held["until"]) <= datetime.now(UTC)):
            return self._take_over(lease, face_id)
        return None

    def _take_over(self, left: str, face_id: str) -> str | None:
        """Hold a face whose writer failed or died; None when somebody else was first."""
        batch, lease = self._database.batch(), secrets.token_hex(16)
        batch.delete(self._leases.document(left), option=ExistsOption(True))
        batch.set(self._marks.document(face_id), {"lease": lease})
        batch.create(self._leases.document(lease), _held(face_id, self._end_of_lease()))
        taken = self._committed(batch, lease, face_id)
        self._left_here.pop(left, None)
        return taken

    def _committed(self, batch: WriteBatch, lease: str, face_id: str) -> str | None:
        """`lease`, or None when a precondition failed, unless on this very batch, whose first answer got lost."""
        with self._given_up_on_failure(lease, face_id), explained():
            try:
                batch.commit(**self._bounds)
            except (Taken, Missing):
                return lease if self._holder(face_id) == lease else None
        return lease

    def _release(self, lease: str, face_id: str) -> None:
        batch = self._database.batch()
        batch.delete(self._leases.document(lease), option=ExistsOption(True))
        batch.delete(self._marks.document(face_id))
        with explained():
            try:
                batch.commit(**self._bounds)
            except Missing:
                self._mark_as_left(face_id)  # What was written after all has to be looked at again.
                raise StoreUnavailable("Storing this took too long.", "Try again.") from None

    def _mark_as_left(self, face_id: str) -> None:
        if lease := self._begin(face_id):
            self._give_up(lease, face_id)

    @contextmanager
    def _given_up_on_failure(self, lease: str, face_id: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._give_up(lease, face_id)
            raise

    def _give_up(self, lease: str, face_id: str) -> None:
        """Let others take the face over at once; where the store can't be told, this process at least."""
        self._left_here[lease] = face_id
        with suppress(StoreUnavailable), explained():
            with suppress(Missing):
                self._leases.document(lease).update(_held(face_id, datetime.now(UTC)), **self._bounds)
            del self._left_here[lease]

    def _left(self) -> dict[str, str]:
        """Leases that ran out or were given up, with their faces."""
        over = FieldFilter("until", "<=", time_to_text(datetime.now(UTC)))
        with explained():
            found = self._leases.where(filter=over).order_by("until").limit(_PAGE).get(**self._bounds)
        return dict(self._left_here) | {lease.id: lease.get("face_id") for lease in found}

    def _holder(self, face_id: str) -> str | None:
        mark = self._read(self._marks, face_id)
        return mark and mark["lease"]

    def _read(self, collection: CollectionReference, key: str) -> dict | None:
        with explained():
            return collection.document(key).get(**self._bounds).to_dict()

    def _end_of_lease(self) -> datetime:
        return datetime.now(UTC) + self._lease


def _held(face_id: str, until: datetime) -> dict:
    return {"face_id": face_id, "until": time_to_text(until)}
