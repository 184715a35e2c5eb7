"""What a face is found by on Firestore, and how far its review has come.

Facts are a document of their own whose name changes with every change. A change deletes the name it has seen, which
must still be there, in one batch with everything else: of two that meet, one is refused and looks again. So each face
is counted where it is, exactly once, although the counters are only ever added to; and of two annotators who come for
its last place, one gets it.
"""

import secrets
from collections.abc import Callable
from typing import Any

from google.cloud.firestore import WriteBatch

from fers.domain.faces import Face
from fers.domain.labels import Opinion
from fers.errors import NotFound, OutOfOrder
from fers.storage.firebase.counters import FaceCounters
from fers.storage.firebase.field_counters import FieldCounters, field_facts_of
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds
from fers.storage.firebase.revisions import Revisions
from fers.storage.firebase.sort_keys import index_row_of, share_sort_key, with_review
from fers.storage.shared.documents import face_from_document, face_to_document
from fers.storage.shared.facets import agreement_in, perceived_in

IndexRow = dict[str, Any]
Write = Callable[[WriteBatch], None]
_LOOKS = 40
"""At a face and then at its facts, between which others may change them."""


class FaceRows:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._counters = FaceCounters(documents)
        self._field_counters = FieldCounters(documents)
        self._revisions = Revisions(documents)
        self._faces = documents.collection("faces")
        self._facts = documents.collection("face_facts")
        self._labels = documents.collection("labels")
        self._known_labels = documents.collection("known_labels")
        self._settled_flags = documents.collection("settled_flags")

    def add(self, batch: WriteBatch, face: Face, groups: dict[str, int]) -> dict[str, Any]:
        """Note a new face in `batch`, with what its person says about themselves. Returns what has to be kept in its
        own document."""
        facts = index_row_of(face) | field_facts_of(face) | groups | {"of_sets": []}
        return self._write(batch, _new_name(face.id), None, with_review(facts))

    def note_groups(self, face_id: str, groups: dict[str, int]) -> None:
        self.change(face_id, lambda old: old | groups)

    def replace(self, face: Face) -> None:
        """Replace a face's record and move it to where it belongs now; what annotators said stays. Raises NotFound."""

        def moved(old: IndexRow) -> IndexRow:
            return _without_dispute(old) | index_row_of(face, old.get("perceived")) | field_facts_of(face)

        if self.change(face.id, moved, face_to_document(face)) is None:
            raise NotFound("record.gone")

    def note_opinion(self, face_id: str, opinion: Opinion | None) -> None:
        quarter, share = agreement_in(opinion)
        noted = {"agreement": quarter, "agreed": share_sort_key(share, face_id)}

        def found_by(face: Face, old: IndexRow) -> IndexRow:
            return _without_dispute(old) | index_row_of(face, perceived_in(opinion)) | noted

        self._alter(face_id, found_by)

    def facts(self, face_id: str) -> IndexRow | None:
        known = self._known(face_id)
        return known and known[1]

    def change(
        self,
        face_id: str,
        altered: Callable[[IndexRow], IndexRow],
        record: dict[str, Any] | None = None,
        write: Write | None = None,
    ) -> IndexRow | None:
        """Replace a face's facts by what `altered` makes of them; where they differ, `write` adds to the same batch.
        `record`: what changes in the face's own document. Returns the facts as they are then; None: no such face."""
        return self._alter(face_id, lambda _, facts: altered(facts), record, write)

    def remove(self, face_id: str) -> None:
        """Delete a face's record, its facts and its labels; nothing happens when they are gone."""
        until_it_holds(lambda: self._remove(face_id))

    def _alter(
        self,
        face_id: str,
        altered: Callable[[Face, IndexRow], IndexRow],
        record: dict[str, Any] | None = None,
        write: Write | None = None,
    ) -> IndexRow | None:
        """As `change`; `altered` is also told of the face as these facts are about it."""
        name = _new_name(face_id)
        return until_it_holds(lambda: self._change(face_id, name, altered, record or {}, write))

    def _change(
        self,
        face_id: str,
        name: str,
        altered: Callable[[Face, IndexRow], IndexRow],
        record: dict[str, Any],
        write: Write | None,
    ) -> IndexRow | None:
        if (known := self._known(face_id)) is None:
            return None
        face, old = known
        if (seen := face["facts"]) == name:  # An earlier attempt got through, only its answer got lost.
            return old
        is_revised = bool(record)
        batch, new = self._documents.batch(), with_review(altered(face_from_document(face), old))
        if new != old:
            batch.delete(self._facts.document(seen), option=EXISTS)  # First in its batch: it is what can be refused.
            record = record | self._write(batch, name, old, new)
            if write is not None:
                write(batch)
        if record:
            batch.update(self._faces.document(face_id), record)
            if is_revised:
                self._revisions.add(batch, face_id)
            self._documents.commit(batch)
        return new

    def _remove(self, face_id: str) -> None:
        if (known := self._known(face_id)) is None:
            return
        face, facts = known
        batch = self._documents.batch()
        batch.delete(self._facts.document(face["facts"]), option=EXISTS)
        self._counters.move(batch, facts, None)
        self._field_counters.move(batch, facts, None)
        for annotator_id in facts["said_by"]:
            batch.delete(self._labels.document(f"{face_id}-{annotator_id}"))
        for collection in (self._known_labels, self._settled_flags):
            batch.delete(collection.document(face_id))
        batch.delete(self._faces.document(face_id))
        self._revisions.add(batch, face_id)
        self._documents.commit(batch)

    def _known(self, face_id: str) -> tuple[dict[str, Any], IndexRow] | None:
        """A face's document, which names its facts, and the facts. Raises StoreUnavailable when it names none that are
        there, however often one looks."""
        for _ in range(_LOOKS):
            face = self._documents.read(self._faces.document(face_id))
            if face is None:
                return None
            facts = self._documents.read(self._facts.document(face["facts"]))
            if facts is not None:  # Else they were changed since the face was read.
                return face, {field: value for field, value in facts.items() if field != "id"}
        raise OutOfOrder("store.inconsistent-photo", photo=face_id)

    def _write(self, batch: WriteBatch, name: str, old: IndexRow | None, new: IndexRow) -> dict[str, Any]:
        batch.create(self._facts.document(name), new | {"id": name})
        self._counters.move(batch, old, new)
        self._field_counters.move(batch, old, new)
        return {"facts": name}


def _new_name(face_id: str) -> str:
    return f"{face_id}-{secrets.token_hex(8)}"


def _without_dispute(facts: IndexRow) -> IndexRow:
    """Only faces whose people and model disagree have a place among the disputed."""
    return {field: value for field, value in facts.items() if field != "dispute"}
