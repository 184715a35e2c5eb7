"""What a face is found by on Firestore, and how many faces of every combination there are.

Facts are a document of their own whose name changes with every change. A change deletes the name it has seen, which
must still be there, in one batch with everything else: of two that meet, one is refused and looks again. So each face
is counted where it is, exactly once, although the counters are only ever added to.
"""

import secrets
import struct
from collections.abc import Callable
from datetime import UTC
from zlib import crc32

from google.cloud.firestore import Increment, WriteBatch

from fers.domain.exploring import disagreement, quarter, week_of
from fers.domain.faces import Face, Source
from fers.errors import NotFound
from fers.storage.documents import face_to_document, time_to_text
from fers.storage.firestore_documents import EXISTS, FirestoreDocuments, until_it_holds

NOTHING = -1
"""Stands for no label and for no agreement yet."""
SOURCES = list(Source)
CELL = ("label", "disputed", "source", "confidence", "agreement")
_SHARDS = 8
"""A document should not be written more often than once a second: a study can take so many faces in a second."""


class FaceFacts:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._faces = documents.collection("faces")
        self._facts = documents.collection("face_facts")
        self._counts = documents.collection("face_counts")

    def add(self, batch: WriteBatch, face: Face) -> dict:
        """Note a new face in `batch`. Returns what has to be kept in its own document."""
        return self._write(batch, facts_of(face))

    def change(self, face: Face) -> None:
        """Replace a face's record and move it to where it belongs now; the agreement of its annotators stays. Raises
        NotFound."""
        new = face_to_document(face)
        if not until_it_holds(lambda: self._move(face.id, lambda old: facts_of(face, old["agreement"]), new)):
            raise NotFound("This record is not there any more.", "Reload the page.")

    def note_agreement(self, face_id: str, share: float) -> None:
        until_it_holds(lambda: self._move(face_id, lambda old: old | {"agreement": quarter(share)}, {}))

    def remove(self, face_id: str) -> None:
        """Delete a face's record and its facts; nothing happens when they are gone."""
        until_it_holds(lambda: self._remove(face_id))

    def _remove(self, face_id: str) -> None:
        if (known := self._known(face_id)) is not None:
            batch = self._documents.batch()
            self._take_out(batch, *known)
            batch.delete(self._faces.document(face_id))
            self._documents.commit(batch)

    def _move(self, face_id: str, change: Callable[[dict], dict], record: dict) -> bool:
        """False when there is no such face."""
        if (known := self._known(face_id)) is None:
            return False
        name, old = known
        batch, new = self._documents.batch(), change(old)
        if new != old:
            self._take_out(batch, name, old)
            record = record | self._write(batch, new)
        if record:
            batch.update(self._faces.document(face_id), record)
            self._documents.commit(batch)
        return True

    def _known(self, face_id: str) -> tuple[str, dict] | None:
        """The name of a face's facts, and the facts."""
        while (face := self._documents.read(self._faces.document(face_id))) is not None:
            facts = self._documents.read(self._facts.document(face["facts"]))
            if facts is not None:  # Else they were changed since the face was read.
                return face["facts"], {field: value for field, value in facts.items() if field != "id"}
        return None

    def _take_out(self, batch: WriteBatch, name: str, facts: dict) -> None:
        """First in its batch: it is what can be refused."""
        batch.delete(self._facts.document(name), option=EXISTS)
        self._count(batch, facts, -1)

    def _write(self, batch: WriteBatch, facts: dict) -> dict:
        name = f"{facts['face_id']}-{secrets.token_hex(8)}"
        batch.create(self._facts.document(name), facts | {"id": name})
        self._count(batch, facts, 1)
        return {"facts": name}

    def _count(self, batch: WriteBatch, facts: dict, step: int) -> None:
        shard = crc32(facts["face_id"].encode()) % _SHARDS
        where = {"study_id": facts["study_id"], "week": facts["week"]}
        name = f"{facts['study_id']}-{facts['week']}-{shard}"
        counted = {"id": name} | where | {_cell(facts): Increment(step)}
        batch.set(self._counts.document(name), counted, merge=True)


def facts_of(face: Face, agreement: int = NOTHING) -> dict:
    guess, confidence = face.prediction.top(1)[0]
    dispute = disagreement(face)
    place = {"dispute": share_place(dispute, face.id)} if dispute > 0 else {}
    return place | {
        "face_id": face.id,
        "study_id": face.study_id,
        "week": week_of(face.given_at.astimezone(UTC)).isoformat(),
        "label": NOTHING if face.answer.label is None else face.answer.label.value,
        "disputed": face.answer.label not in (None, guess),
        "source": SOURCES.index(face.source),
        "confidence": quarter(confidence),
        "agreement": agreement,
        "newest": time_place(time_to_text(face.given_at), face.id),
    }


def time_place(time: str, face_id: str) -> str:
    """A text that sorts by time, then by face: no two faces have the same, so pages join up."""
    return time + face_id


def share_place(share: float, face_id: str) -> str:
    """Likewise by a share from 0 to 1: the bytes of a positive number sort as it does."""
    return struct.pack(">d", share).hex() + face_id


def cell_of(name: str) -> dict[str, int] | None:
    """What the faces of one counter have in common, by its field's name; None for other fields."""
    if not name.startswith("of_"):
        return None
    numbers = (NOTHING if number == "none" else int(number) for number in name.split("_")[1:])
    return dict(zip(CELL, numbers, strict=True))


def _cell(facts: dict) -> str:
    numbers = (int(facts[field]) for field in CELL)
    return "_".join(["of", *("none" if number == NOTHING else str(number) for number in numbers)])
