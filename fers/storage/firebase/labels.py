"""LabelStore on Firestore.

Who labelled a face and who holds a slot of it stand in its facts, each change of which relies on what it has seen
(`face_rows`), and a label's own document is written in the same batch: so there is never a label too many,
from however many servers they come. The queues are queries over the facts.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import DocumentReference, Query, WriteBatch

from fers.domain.emotions import Emotion
from fers.domain.labels import Label
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.review import GoldStandard, Progress, QueueOrder
from fers.errors import AlreadyExists, NotFound, SlotTaken
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.counters import FaceCounters
from fers.storage.firebase.face_rows import FaceRows, IndexRow
from fers.storage.firebase.firestore import PAGE, FirestoreDocuments, where, within
from fers.storage.firebase.revisions import Revisions
from fers.storage.firebase.sort_keys import said_by_annotators
from fers.storage.shared.documents import label_from_document, label_to_document, time_from_text, time_to_text

_ORDERS = {
    QueueOrder.OLDEST: "newest",
    QueueOrder.UNCERTAIN: "certain",
    QueueOrder.DISAGREED: "agreed",
    QueueOrder.RARE: "newest",
    QueueOrder.RANDOM: "face_id",
}
"""The sort key, from the smallest on, that each order reads. The ids of faces are random, and so is their order."""


class FirebaseLabels:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._counters = FaceCounters(self._documents)
        self._facts = FaceRows(self._documents)
        self._revisions = Revisions(self._documents)
        self._faces = self._documents.collection("faces")
        self._queues = self._documents.collection("face_facts")
        self._labels = self._documents.collection("labels")
        self._known = self._documents.collection("known_labels")
        self._settled_flags = self._documents.collection("settled_flags")

    def reserve(self, face_id: str, annotator_id: str, slots: int, now: datetime, until: datetime) -> bool:
        held_until = time_to_text(until)

        def hold(facts: IndexRow) -> IndexRow:
            held = _held_by_others(facts, annotator_id, now)
            if annotator_id not in facts["said_by"] and _slots_left(facts, held, slots) > 0:
                held[annotator_id] = held_until
            return facts | {"held": held}

        facts = self._facts.change(face_id, hold)
        return facts is not None and facts["held"].get(annotator_id) == held_until

    def release(self, face_id: str, annotator_id: str) -> None:
        self._facts.change(face_id, lambda facts: _without(facts, annotator_id))

    def add_label(self, label: Label, slots: int, now: datetime) -> None:
        def say(facts: IndexRow) -> IndexRow:
            if not facts["reviewable"]:
                raise _not_there()
            if label.annotator_id in facts["said_by"]:
                raise AlreadyExists("review.labelled-already")
            if _slots_left(facts, _held_by_others(facts, label.annotator_id, now), slots) < 1:
                raise SlotTaken("review.enough-labels")
            lists = ["said_by", "of_sets"] if label.of_a_set else ["said_by"]
            said = {name: [*facts[name], label.annotator_id] for name in lists if name in facts}
            return _without(facts, label.annotator_id) | said

        reference = self._reference(label.face_id, label.annotator_id)
        document = label_to_document(label) | {"id": reference.id}
        if self._facts.change(label.face_id, say, write=lambda batch: batch.set(reference, document)) is None:
            raise _not_there()

    def remove_label(self, face_id: str, annotator_id: str) -> None:
        def unsay(facts: IndexRow) -> IndexRow:
            lists = [name for name in ("said_by", "of_sets") if name in facts]
            return facts | {name: [other for other in facts[name] if other != annotator_id] for name in lists}

        def delete(batch: WriteBatch) -> None:
            batch.delete(self._reference(face_id, annotator_id))
            self._revisions.add(batch, face_id)

        self._facts.change(face_id, unsay, write=delete)

    def want(self, face_id: str, labels: int) -> None:
        def wish(facts: IndexRow) -> IndexRow:
            if "of_sets" in facts:
                return facts | {"wanted": labels}
            # From before this was noted.
            of_sets = [label.annotator_id for label in self.labels_of(face_id) if label.of_a_set]
            return facts | {"wanted": labels, "of_sets": of_sets}

        self._facts.change(face_id, wish)

    def labels_of(self, face_id: str) -> list[Label]:
        return list(self._read("face_id", face_id))

    def labels_by(self, annotator_id: str) -> Iterator[Label]:
        return self._read("annotator_id", annotator_id)

    def labels(self, study_id: str, among: IdRange = EVERY_ID) -> Iterator[Label]:
        # A label's id is its face's, a dash and its annotator's; a dot comes right behind the dash.
        return self._read("study_id", study_id, IdRange(f"{among.after}.", f"{among.to}."))

    def latest_by(self, annotator_id: str, study_id: str, limit: int) -> list[Label]:
        theirs = where(where(self._labels, "annotator_id", "==", annotator_id), "study_id", "==", study_id)
        newest = theirs.order_by("given_at", direction=Query.DESCENDING).limit(limit)
        return list(map(_label, self._documents.page(newest)))

    def count_by(self, annotator_id: str, study_id: str) -> int:
        theirs = where(self._labels, "annotator_id", "==", annotator_id)
        return self._documents.count(where(theirs, "study_id", "==", study_id))

    def count_waiting(self, annotator_id: str, study_id: str, slots: int) -> int:
        """As many as are open, but for those that the annotator has labelled and those that are their own."""
        queue = self._queue(study_id, slots)
        labelled = self._documents.count(where(queue, "said_by", "array_contains", annotator_id))
        own = self._documents.count(where(queue, "person_id", "==", annotator_id))
        return self.progress(study_id, slots).open - labelled - own

    def forget_annotator(self, annotator_id: str) -> None:
        for label in self.labels_by(annotator_id):
            self.remove_label(label.face_id, annotator_id)
        held = where(self._queues, "held_by", "array_contains", annotator_id).limit(PAGE)
        while some := self._documents.page(held):
            for facts in some:
                self.release(facts["face_id"], annotator_id)

    def next_faces(
        self, study_id: str, annotator_id: str, order: QueueOrder, slots: int, now: datetime, limit: int
    ) -> list[str]:
        """Read page by page until enough are found."""
        queue = self._queue(study_id, slots)
        queues = [queue]
        if order is QueueOrder.RARE:
            queues = [where(queue, "guess", "==", guess) for guess in self._rarest_first(study_id)]
        found: list[str] = []
        for queue in queues:
            for facts in self._documents.all(queue, by=_ORDERS[order], size=min(PAGE, 4 * limit)) if limit else ():
                if len(found) == limit:
                    return found
                if _may_label(facts, annotator_id, slots, now):
                    found.append(facts["face_id"])
        return found

    def progress(self, study_id: str, slots: int) -> Progress:
        open_faces = done = labels = 0
        for (_, said, filled), faces in self._counters.stages(study_id).items():
            labels += said * faces
            if filled < slots:
                open_faces += faces
            else:
                done += faces
        return Progress(open_faces, done, labels)

    def set_gold_standard(self, face_id: str, known: GoldStandard | None) -> None:
        said = {"emotion": known.emotion.value, "since": time_to_text(known.since)} if known else None
        self._note(self._known.document(face_id), face_id, said)

    def known(self, face_id: str) -> GoldStandard | None:
        document = self._documents.read(self._known.document(face_id))
        return _read_gold_standard(document) if document else None

    def gold_standard(self, study_id: str) -> dict[str, GoldStandard]:
        documents = self._documents.all(where(self._known, "study_id", "==", study_id), by="face_id")
        return {document["face_id"]: _read_gold_standard(document) for document in documents}

    def resolve_flags(self, face_id: str, at: datetime | None) -> None:
        self._note(self._settled_flags.document(face_id), face_id, {"at": time_to_text(at)} if at else None)

    def resolved_flags(self, study_id: str) -> dict[str, datetime]:
        documents = self._documents.all(where(self._settled_flags, "study_id", "==", study_id), by="face_id")
        return {document["face_id"]: time_from_text(document["at"]) for document in documents}

    def _note(self, reference: DocumentReference, face_id: str, said: dict[str, Any] | None) -> None:
        """Keep what is `said` about a face, unless it is gone; None: keep nothing."""
        if said is None:
            self._documents.delete([reference])
            return
        if (face := self._documents.read(self._faces.document(face_id))) is None:
            return
        batch = self._documents.batch()
        batch.update(self._faces.document(face_id), {"id": face_id})  # Changes nothing, and fails if the face is gone.
        batch.set(reference, {"face_id": face_id, "study_id": face["study_id"]} | said)
        with suppress(Missing):
            self._documents.commit(batch)

    def _queue(self, study_id: str, slots: int) -> Query:
        """What is known of the study's open faces."""
        return where(where(self._queues, "study_id", "==", study_id), "filled", "in", list(range(slots)))

    def _rarest_first(self, study_id: str) -> list[int]:
        labels: dict[int, int] = {}
        for (guess, said, _), faces in self._counters.stages(study_id).items():
            labels[guess] = labels.get(guess, 0) + said * faces
        return sorted(labels, key=lambda guess: (labels[guess], guess))

    def _read(self, field: str, value: str, among: IdRange = EVERY_ID) -> Iterator[Label]:
        yield from map(_label, self._documents.all(within(where(self._labels, field, "==", value), "id", among)))

    def _reference(self, face_id: str, annotator_id: str) -> DocumentReference:
        return self._labels.document(f"{face_id}-{annotator_id}")


def _label(document: dict[str, Any]) -> Label:
    return label_from_document({field: value for field, value in document.items() if field != "id"})


def _held_by_others(facts: IndexRow, annotator_id: str, now: datetime) -> dict[str, str]:
    return {who: until for who, until in facts["held"].items() if who != annotator_id and until > time_to_text(now)}


def _slots_left(facts: IndexRow, held: dict[str, str], slots: int) -> int:
    if not facts["reviewable"]:
        return 0
    wanted: int = facts.get("wanted", 0)  # Not there yet on faces from before they had a wish of their own.
    return max(slots, wanted) - said_by_annotators(facts) - len(held)


def _may_label(facts: IndexRow, annotator_id: str, slots: int, now: datetime) -> bool:
    is_strange = annotator_id != facts["person_id"] and annotator_id not in facts["said_by"]
    return is_strange and _slots_left(facts, _held_by_others(facts, annotator_id, now), slots) > 0


def _without(facts: IndexRow, annotator_id: str) -> IndexRow:
    return facts | {"held": {who: until for who, until in facts["held"].items() if who != annotator_id}}


def _read_gold_standard(document: dict[str, Any]) -> GoldStandard:
    return GoldStandard(Emotion(document["emotion"]), time_from_text(document["since"]))


def _not_there() -> NotFound:
    return NotFound("review.photo-gone")
