"""How many faces of every combination there are, on Firestore: counters that are only ever added to.

An addition stands in the same batch as the change that it counts. Each study's counters are spread over several
documents, by face, since one should not be written more often than about once a second.
"""

from collections import Counter
from collections.abc import Iterator
from zlib import crc32

from google.cloud.firestore import CollectionReference, Increment, WriteBatch

from fers.storage.firestore_documents import FirestoreDocuments, where

CELL = ("label", "disputed", "source", "confidence", "agreement")
"""What faces are filtered by: counted week by week."""
STAGE = ("guess", "labels", "filled")
"""What the progress of a review is told by: counted for the faces that may be reviewed."""
_SHARDS = 8
_NONE = "none"
"""Stands for -1 in the name of a field, which can't hold a minus."""


class FaceCounters:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._cells = documents.collection("face_counts")
        self._stages = documents.collection("review_counts")

    def move(self, batch: WriteBatch, old: dict | None, new: dict | None) -> None:
        """Count a face where its facts say it is now, and no longer where they said it was; None: nowhere."""
        if _cell(old) != _cell(new):
            self._add(batch, self._cells, old, _cell(old), -1)
            self._add(batch, self._cells, new, _cell(new), 1)
        if _stage(old) != _stage(new):
            self._add(batch, self._stages, old, _stage(old), -1)
            self._add(batch, self._stages, new, _stage(new), 1)

    def cells(self, study_id: str) -> Iterator[tuple[str, dict[str, int], int]]:
        """(Monday of the week, what the faces have in common by the names in CELL, how many)."""
        for document in self._documents.all(where(self._cells, "study_id", "==", study_id)):
            for numbers, count in _counted(document):
                yield document["week"], dict(zip(CELL, numbers, strict=True)), count

    def stages(self, study_id: str) -> Counter[tuple[int, int, int]]:
        """How many faces, by the numbers that STAGE names."""
        found = Counter()
        for document in self._documents.all(where(self._stages, "study_id", "==", study_id)):
            for numbers, count in _counted(document):
                found[numbers] += count
        return found

    def _add(
        self, batch: WriteBatch, counters: CollectionReference, facts: dict | None, place: tuple | None, step: int
    ) -> None:
        if place is None:
            return
        week, *numbers = place
        name = f"{facts['study_id']}-{week}-{crc32(facts['face_id'].encode()) % _SHARDS}"
        field = "_".join(["of", *(_NONE if number < 0 else str(int(number)) for number in numbers)])
        counted = {"id": name, "study_id": facts["study_id"], "week": week, field: Increment(step)}
        batch.set(counters.document(name), counted, merge=True)


def _cell(facts: dict | None) -> tuple | None:
    return facts and (facts["week"], *(facts[field] for field in CELL))


def _stage(facts: dict | None) -> tuple | None:
    if facts is None or not facts["reviewable"]:
        return None
    return "all", facts["guess"], len(facts["said_by"]), facts["filled"]


def _counted(document: dict) -> Iterator[tuple[tuple[int, ...], int]]:
    for field, count in document.items():
        if field.startswith("of_"):
            yield tuple(-1 if number == _NONE else int(number) for number in field.split("_")[1:]), count
