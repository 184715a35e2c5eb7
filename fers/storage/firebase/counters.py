"""How many faces of every combination there are, on Firestore: counters that are only ever added to.

An addition stands in the same batch as the change that it counts. Each study's counters are spread over several
documents, by face, since one should not be written more often than about once a second.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from google.cloud.firestore import CollectionReference, Increment, WriteBatch

from fers.domain.protocols import Place, ThreeLabels
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.shared.facets import GROUPS, NOTHING, PLACE, UNSEEN, place_of, three_labels_of

CELL = ("label", "disputed", "source", "confidence", "agreement", "own", "intended")
"""What faces are filtered by, and what their people said: counted week by week. Faces from before the last two were
kept are counted without them: what their people said is their label, and nothing was asked of them."""
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
        self._intended = documents.collection("intended_counts")
        self._three = documents.collection("three_label_counts")

    def move(self, batch: WriteBatch, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        """Count a face where its facts say it is now, and no longer where they said it was; None: nowhere."""
        before, after = _scopes(old), _scopes(new)
        for scope in {*before, *after}:
            was, is_now = _cell(old) if scope in before else None, _cell(new) if scope in after else None
            if was != is_now:
                self._add(batch, self._cells, old, was, -1, scope)
                self._add(batch, self._cells, new, is_now, 1, scope)
        if _stage(old) != _stage(new):
            self._add(batch, self._stages, old, _stage(old), -1)
            self._add(batch, self._stages, new, _stage(new), 1)
        if _place(old) != _place(new):
            self._add(batch, self._intended, old, _place(old), -1)
            self._add(batch, self._intended, new, _place(new), 1)
        if _three_labels(old) != _three_labels(new):
            self._add(batch, self._three, old, _three_labels(old), -1)
            self._add(batch, self._three, new, _three_labels(new), 1)

    def cells(self, study_id: str, group: tuple[str, int] | None = None) -> Iterator[tuple[str, dict[str, int], int]]:
        """(Monday of the week, what the faces have in common by the names in CELL, how many); of a study, or of those
        whose people are in a group."""
        scope = _scope(study_id, *group) if group else study_id
        for document in self._documents.all(where(self._cells, "study_id", "==", scope)):
            for numbers, count in _counted(document):
                yield document["week"], dict(zip(CELL, _completed(numbers), strict=True)), count

    def stages(self, study_id: str) -> Counter[tuple[int, ...]]:
        """How many faces, by the numbers that STAGE names."""
        found: Counter[tuple[int, ...]] = Counter()
        for document in self._documents.all(where(self._stages, "study_id", "==", study_id)):
            for numbers, count in _counted(document):
                found[numbers] += count
        return found

    def places(self, study_id: str) -> Counter[Place]:
        """How many faces there are for which an expression was asked; only counts above 0."""
        found: Counter[Place] = Counter()
        for document in self._documents.all(where(self._intended, "study_id", "==", study_id)):
            for numbers, count in _counted(document):
                found[place_of(numbers)] += count
        return +found

    def three_labels(self, study_id: str) -> Counter[ThreeLabels]:
        """How many of these faces have which labels; only counts above 0."""
        found: Counter[ThreeLabels] = Counter()
        for document in self._documents.all(where(self._three, "study_id", "==", study_id)):
            for numbers, count in _counted(document):
                found[three_labels_of(*numbers)] += count
        return +found

    def _add(
        self,
        batch: WriteBatch,
        counters: CollectionReference,
        facts: dict[str, Any] | None,
        place: tuple[Any, ...] | None,
        step: int,
        scope: str | None = None,
    ) -> None:
        """`scope`: a group that is counted as if it were a study of its own; None: the study."""
        if facts is None or place is None:
            return
        week, *numbers = place
        counted_in = scope or facts["study_id"]
        name = f"{counted_in}-{week}-{crc32(facts['face_id'].encode()) % _SHARDS}"
        field = "_".join(["of", *(_NONE if number < 0 else str(int(number)) for number in numbers)])
        counted = {"id": name, "study_id": counted_in, "week": week, field: Increment(step)}
        batch.set(counters.document(name), counted, merge=True)


def _scopes(facts: dict[str, Any] | None) -> list[str]:
    """The study, and the groups in it that the face's person is in."""
    if facts is None:
        return []
    said = ((field, facts.get(field, NOTHING)) for field in GROUPS.values())
    groups = [_scope(facts["study_id"], field, answer) for field, answer in said if answer != NOTHING]
    return [facts["study_id"], *groups]


def _scope(study_id: str, field: str, answer: int) -> str:
    return f"{study_id}~{field}~{answer}"


def _cell(facts: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return None if facts is None else (facts["week"], *(facts[field] for field in CELL if field in facts))


def _stage(facts: dict[str, Any] | None) -> tuple[Any, ...] | None:
    if facts is None or not facts["reviewable"]:
        return None
    return "all", facts["guess"], len(facts["said_by"]), facts["filled"]


def _place(facts: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return ("all", *(facts.get(field, NOTHING) for field in PLACE)) if facts and _was_asked(facts) else None


def _three_labels(facts: dict[str, Any] | None) -> tuple[Any, ...] | None:
    if facts is None or not _was_asked(facts):
        return None
    perceived = facts["perceived"]
    return "all", facts["intended"], facts["own"], UNSEEN if perceived is None else perceived


def _was_asked(facts: dict[str, Any]) -> bool:
    return bool(facts.get("intended", NOTHING) != NOTHING)


def _completed(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Those of a face from before all that is in CELL was kept, with what goes without saying."""
    return (*numbers, *(numbers[0], NOTHING)[len(numbers) - len(CELL) + 2 :])


def _counted(document: dict[str, Any]) -> Iterator[tuple[tuple[int, ...], int]]:
    for field, count in document.items():
        if field.startswith("of_"):
            yield tuple(-1 if number == _NONE else int(number) for number in field.split("_")[1:]), count
