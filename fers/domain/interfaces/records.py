"""Where people, their consents, their faces and the log are kept."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from fers.domain.audit import AuditEntry, SealedEntry
from fers.domain.consent import Consent
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import Face, Origin
from fers.domain.health import Condition
from fers.domain.people import Person
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.studies import Study


class RecordStore(Protocol):
    """Records of people, studies, consents, faces and the audit log. Raises StoreUnavailable when it can't work."""

    def create_person(self, person: Person) -> None:
        """Add a person. Raises AlreadyExists."""

    def person(self, person_id: str) -> Person | None: ...

    def update_person(self, person: Person) -> None:
        """Replace a person's record. Raises NotFound."""

    def delete_belongings(self, person_id: str) -> None:
        """Delete a person's consents, memberships and what they say about themselves, so that the bytes are gone."""

    def delete_person(self, person_id: str) -> None:
        """Delete the person's belongings and record; nothing happens when they are gone already."""

    def people(self, among: IdRange = EVERY_ID) -> Iterator[Person]:
        """Everybody with such an id, by id, without holding them all in memory."""

    def administrators(self) -> list[Person]:
        """Whose role everywhere is an administrator's, by id."""

    def save_study(self, study: Study) -> None:
        """Add or replace a study."""

    def change_study(self, before: Study, after: Study) -> bool:
        """Replace a study that still is as it was `before`, whoever else changes it at the same time. Returns whether
        it was."""

    def studies(self) -> list[Study]: ...

    def create_consent(self, consent: Consent) -> None:
        """Add a consent. Raises AlreadyExists, and NotFound when its person is gone."""

    def latest_consent(self, person_id: str, study_id: str) -> Consent | None: ...

    def count_agreed(self, study_id: str, texts: Collection[str]) -> int:
        """How many people agreed to one of these texts (SHA-256) last of all that they agreed to in the study."""

    def consents_of(self, person_id: str) -> list[Consent]:
        """All consents of a person, oldest first."""

    def create_face(self, face: Face) -> None:
        """Add a face, exactly once. Raises AlreadyExists when a face with this id is there, NotFound when its person
        is gone."""

    def face(self, face_id: str) -> Face | None: ...

    def update_face(self, face: Face) -> None:
        """Replace a face's record. Raises NotFound."""

    def delete_face(self, face_id: str) -> None:
        """Delete a face's record, and whatever other stores keep about it, so that the bytes are gone. Nothing happens
        when it is gone already, but that what an interrupted call left is deleted."""

    def faces_of(self, person_id: str) -> list[Face]:
        """A person's faces, newest first."""

    def faces(self, among: IdRange = EVERY_ID) -> Iterator[Face]:
        """Every face in a range of ids, by id, without holding them all in memory."""

    def origins(self, among: IdRange = EVERY_ID) -> Iterator[Origin]:
        """Of every face in a range of ids, by id: what `faces` would say, at a fraction of its cost."""

    def faces_due(self, now: datetime) -> list[Face]:
        """Faces whose retention date has come, those due longest first; when there are very many, a part of them."""

    def count_due(self, now: datetime) -> int:
        """How many those are, all of them."""

    def keep_out(self, study_id: str, face_id: str) -> None:
        """Note, for good, that a face is not to come into a study again; nothing happens when that is noted."""

    def kept_out(self, study_id: str) -> set[str]:
        """Ids of faces that are not to come into a study again."""

    def clock_seen(self) -> datetime | None:
        """The moment that `note_clock` was last told of; None before the first."""

    def note_clock(self, now: datetime) -> None: ...

    def problems(self) -> list[str]:
        """What a look at the store's own integrity finds wrong, a sentence each; empty when it is sound."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Add an entry for good, sealed with the one before it in its chain."""

    def audit(self) -> Iterator[AuditEntry]:
        """All entries, oldest first."""

    def sealed_audit(self) -> Iterator[SealedEntry]:
        """All entries with their seals: chain by chain, each from its beginning."""

    def latest_audit(self, count: int, study_id: str | None = None) -> list[AuditEntry]:
        """The `count` latest entries, newest first; of one study, or of all."""


class ImageStore(Protocol):
    """Image bytes by face id. A key is written once and never changed. Raises StoreUnavailable when it can't work."""

    def put(self, key: str, data: bytes) -> None:
        """Store bytes durably and whole: after a crash either all of them are there or the key is absent. The same
        bytes again change nothing; others raise AlreadyExists."""

    def get(self, key: str) -> bytes:
        """Raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove the bytes; nothing happens when they are gone already."""

    def keys(self) -> Iterator[str]:
        """Every key, in order, without holding them all in memory."""


class Journal(Protocol):
    """Marks the faces whose image and record are being written or removed, so that a crash in between can be undone.

    Its calls don't nest: a thread that is inside one must not enter another.
    """

    def writing(self, face_id: str) -> AbstractContextManager[None]:
        """Mark `face_id`, run the block as the only writer of that face, and unmark it when the block succeeds.

        When the block raises, or the process dies in it, the mark stays for `recover`.
        """

    def recover(self, finish: Callable[[str], None]) -> list[str]:
        """Call `finish` with each id that a failed or dead writer left marked, then unmark it. Returns those ids.

        Never touches a face that a living writer is busy with. Where many servers write, a dead writer is known only
        after a while; its face is recovered by a later call.
        """


class ErasureStore(Protocol):
    """Where it is noted what people took back: apart from the records, and never rolled back with them."""

    def note(self, erasure: Erasure) -> None:
        """It is kept when this returns. Noting the same again is harmless."""

    def erasures(self) -> Iterator[Erasure]: ...

    def is_gone(self, subject: str, what: Erased = Erased.FACE) -> bool:
        """Whether it is noted that this face was withdrawn, removed or purged, or that this person (`what`) withdrew
        everything. Takes no longer where more is noted."""

    def is_restored(self) -> bool:
        """Whether an older copy of the records was put back, and nobody has yet enforced on it what is noted."""

    def note_enforced(self) -> None:
        """Whatever is noted has been enforced on the records."""


class StoreHealth(Protocol):
    """Whether the store can be used."""

    def condition(self) -> Condition:
        """As it is now, or was seconds ago; costs little, says nothing of anybody, and never raises."""

    def require_room(self, more: int = 0) -> None:
        """Raises StoreUnavailable while the store takes nothing large, or not `more` bytes."""
