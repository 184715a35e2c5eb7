"""Journal on Firestore: a mark is held by a lease, a document of its own whose id was drawn for it.

Taking a face over means deleting a lease that must still be there, in one batch with everything else: whoever comes
second fails, and no lease comes back. A lease lasts longer than anything done under it can (each call is bounded), so
one that has run out belonged to a writer that died; one whose writer failed is given up at once. How old one is the
store says, so that a server whose clock is wrong takes nothing from a living writer.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from google.api_core.exceptions import AlreadyExists as Taken
from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import DocumentReference, DocumentSnapshot, ExistsOption, WriteBatch

from fers.errors import StoreUnavailable
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.failures import explained

LEASE = timedelta(minutes=3)
"""From the call that takes it to the one that gives it back a submission makes a transfer (25 seconds at the worst) and
seven calls (15 each), little more than two minutes together; the rest is to spare."""
PATIENCE_SECONDS = 20.0
"""How long one writer waits for another."""
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class _Lease:
    id: str
    face_id: str
    since: datetime | None = None
    """By the store's clock; none until it is taken."""
    is_over: bool = False
    """Whether it had run out, or been given up, when it was read."""


class FirebaseJournal:
    def __init__(self, client: FirebaseClient, lease: timedelta = LEASE):
        self._database = client.database
        self._bounds = client.calls
        self._lease = lease
        self._marks = self._database.collection("journal")
        self._leases = self._database.collection("leases")
        self._left_here: dict[str, _Lease] = {}
        """Leases by id that this process is done with but could not say so to the store."""

    @contextmanager
    def writing(self, face_id: str) -> Iterator[None]:
        """Raises StoreUnavailable when another writer takes too long, or this one took longer than its lease."""
        lease = self._acquire(face_id)
        with self._given_up_on_failure(lease):
            yield
            self._release(lease)

    def recover(self, finish: Callable[[str], None]) -> list[str]:
        recovered = []
        for left in self._left():
            lease = self._take_over(left)
            if lease is None:  # Another server settles it.
                continue
            with self._given_up_on_failure(lease):
                finish(lease.face_id)
                self._release(lease)
            recovered.append(lease.face_id)
        return recovered

    def _acquire(self, face_id: str) -> _Lease:
        deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.02
        while time.monotonic() < deadline:
            lease = self._begin(face_id)
            if lease is None and (held := self._holder(face_id)) and (held.is_over or held.id in self._left_here):
                lease = self._take_over(held)
            if lease is not None:
                return lease
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        raise StoreUnavailable("photo.busy")

    def _begin(self, face_id: str) -> _Lease | None:
        """Mark a face that has no mark; None when it has one."""
        batch, lease = self._database.batch(), _Lease(secrets.token_hex(16), face_id)
        batch.create(self._marks.document(face_id), {"lease": lease.id})
        batch.create(self._leases.document(lease.id), self._document(lease))
        return self._committed(batch, lease)

    def _take_over(self, left: _Lease) -> _Lease | None:
        """Hold a face whose writer failed or died; None when somebody else was first."""
        batch, lease = self._database.batch(), _Lease(secrets.token_hex(16), left.face_id)
        batch.delete(self._leases.document(left.id), option=ExistsOption(True))
        batch.set(self._marks.document(lease.face_id), {"lease": lease.id})
        batch.create(self._leases.document(lease.id), self._document(lease))
        taken = self._committed(batch, lease)
        self._left_here.pop(left.id, None)
        return taken

    def _committed(self, batch: WriteBatch, lease: _Lease) -> _Lease | None:
        """`lease`, which `batch` creates last, or None when a precondition failed, unless on this very batch, whose
        first answer got lost."""
        with self._given_up_on_failure(lease), explained():
            try:
                created = batch.commit(**self._bounds)[-1]
            except (Taken, Missing):
                holder = self._holder(lease.face_id)
                return holder if holder and holder.id == lease.id else None
        return replace(lease, since=created.update_time)

    def _release(self, lease: _Lease) -> None:
        batch = self._database.batch()
        batch.delete(self._leases.document(lease.id), option=ExistsOption(True))
        batch.delete(self._marks.document(lease.face_id))
        with explained():
            try:
                batch.commit(**self._bounds)
            except Missing:
                if not self._has_run_out(lease):  # So it was released by this call, whose answer got lost.
                    return
                if late := self._begin(lease.face_id):  # What was written after all has to be looked at again.
                    self._give_up(late)
                raise StoreUnavailable("store.too-slow") from None

    def _has_run_out(self, lease: _Lease) -> bool:
        now: datetime = self._leases.document(lease.id).get(**self._bounds).read_time
        return lease.since is not None and now >= lease.since + self._lease

    @contextmanager
    def _given_up_on_failure(self, lease: _Lease) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._give_up(lease)
            raise

    def _give_up(self, lease: _Lease) -> None:
        """Let others take the face over at once; where the store can't be told, this process at least."""
        self._left_here[lease.id] = lease
        with suppress(StoreUnavailable), explained():
            with suppress(Missing):
                self._leases.document(lease.id).update({"seconds": 0}, **self._bounds)
            del self._left_here[lease.id]

    def _left(self) -> list[_Lease]:
        """Leases that ran out or were given up."""
        with explained():
            every = [_lease(snapshot) for snapshot in self._leases.get(**self._bounds)]
        return list((dict(self._left_here) | {lease.id: lease for lease in every if lease.is_over}).values())

    def _holder(self, face_id: str) -> _Lease | None:
        with explained():
            mark = self._marks.document(face_id).get(**self._bounds)
            lease = self._leases.document(mark.get("lease")).get(**self._bounds) if mark.exists else mark
        return _lease(lease) if lease.exists else None

    def _document(self, lease: _Lease) -> dict[str, Any]:
        return {"face_id": lease.face_id, "seconds": self._lease.total_seconds()}


def _lease(snapshot: DocumentSnapshot[DocumentReference]) -> _Lease:
    seconds = (snapshot.to_dict() or {}).get("seconds", LEASE.total_seconds())  # Those of earlier versions had none.
    since = snapshot.create_time
    is_over = snapshot.read_time - since >= timedelta(seconds=seconds)
    return _Lease(snapshot.id, snapshot.get("face_id"), since, is_over)
