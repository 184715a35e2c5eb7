"""FaceIndex on Firestore: pages come from the facts of faces by composite indexes, counts from the counters."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from math import prod
from typing import Any

from google.cloud.firestore import Query

from fers.domain.emotions import Emotion
from fers.domain.exploring import NO_FILTER, Cursor, FaceCount, FaceFilter, Found, week_of
from fers.domain.labels import Opinion
from fers.domain.protocols import ThreeLabels
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.counters import FaceCounters
from fers.storage.firebase.face_rows import FaceRows
from fers.storage.firebase.firestore import PAGE, FirestoreDocuments, where
from fers.storage.firebase.revisions import Revisions
from fers.storage.firebase.sort_keys import said_by_annotators, share_sort_key, time_sort_key
from fers.storage.shared.documents import face_from_document, time_to_text
from fers.storage.shared.facets import NOTHING, SOURCES, group_of, label_of, number_of

_MOST_ALTERNATIVES = 30
"""In one query of Firestore's: the product of how many values each field may have."""
_LAST = "g"
"""Sorts after every time and every number in hexadecimal digits."""


class FirebaseFaceIndex:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._writing = FaceRows(self._documents)
        self._faces = self._documents.collection("faces")
        self._facts = self._documents.collection("face_facts")
        self._counters = FaceCounters(self._documents)
        self._revisions = Revisions(self._documents)

    def counts(self, study_id: str, wanted: FaceFilter) -> list[FaceCount]:
        found: Counter[tuple[date, int, int]] = Counter()
        for week, cell, count in self._cells(study_id, wanted):
            found[week, cell["label"], cell["disputed"]] += count
        return [
            FaceCount(week, label_of(label), bool(disputed), count)
            for (week, label, disputed), count in sorted(found.items())
            if count > 0
        ]

    def agreement(self, study_id: str, wanted: FaceFilter) -> dict[int, int]:
        found: Counter[int] = Counter()
        for _, cell, count in self._cells(study_id, wanted):
            if cell["agreement"] != NOTHING:
                found[cell["agreement"]] += count
        return +found

    def own_labels(self, study_id: str) -> dict[tuple[date, Emotion], int]:
        found: Counter[tuple[date, Emotion]] = Counter()
        for week, cell, count in self._cells(study_id, NO_FILTER):
            if cell["own"] != NOTHING:
                found[week, Emotion(cell["own"])] += count
        return +found

    def three_labels(self, study_id: str) -> Counter[ThreeLabels]:
        return self._counters.three_labels(study_id)

    def newest(
        self, study_id: str, wanted: FaceFilter, count: int, after: Cursor[datetime] | None = None
    ) -> list[Found]:
        """What one query can't ask for is left out here: then so much is wanted that little of a page is not."""
        values = _values(wanted)
        if wanted.group is not None:
            field, answer = group_of(wanted.group)
            values |= {field: {answer}}
        asked = _asked(values)
        query = where(self._facts, "study_id", "==", study_id)
        for field in asked:
            query = where(query, field, "in", sorted(values[field]))
        if wanted.since is not None:
            query = where(query, "newest", ">=", _beginning(week_of(wanted.since)))
        before = _LAST if wanted.until is None else _beginning(week_of(wanted.until) + timedelta(weeks=1))
        if after is not None:
            before = min(before, time_sort_key(time_to_text(after.rank), after.face_id))
        left = {field: among for field, among in values.items() if field not in asked}
        found = (
            facts
            for facts in self._descending(query, "newest", before, PAGE if left else count)
            if all(facts[field] in among for field, among in left.items())
        )
        return self._read(list(islice(found, count)))

    def most_disputed(
        self, study_id: str, label: Emotion | None, count: int, after: Cursor[float] | None = None
    ) -> list[Found]:
        query = where(self._facts, "study_id", "==", study_id)
        if label is not None:
            query = where(query, "label", "==", label.value)
        before = share_sort_key(after.rank, after.face_id) if after else _LAST
        return self._read(list(islice(self._descending(query, "dispute", before, count), count)))

    def least_agreed(self, study_id: str, count: int, after: str | None = None) -> list[Found]:
        last = self._writing.facts(after) if after else None
        query = where(where(self._facts, "study_id", "==", study_id), "agreed", "<", share_sort_key(1.0, ""))
        query = where(query, "agreed", ">", last["agreed"] if last else "")
        return self._read(self._documents.page(query.order_by("agreed").limit(count)))

    def note_opinion(self, face_id: str, opinion: Opinion | None) -> None:
        self._writing.note_opinion(face_id, opinion)

    def _cells(self, study_id: str, wanted: FaceFilter) -> Iterator[tuple[date, dict[str, int], int]]:
        """What wanted faces have in common, week by week, and how many there are."""
        values, group = _values(wanted), wanted.group and group_of(wanted.group)
        for monday, cell, count in self._counters.cells(study_id, group):
            week = date.fromisoformat(monday)
            if _in_time(week, wanted) and all(cell[field] in among for field, among in values.items()):
                yield week, cell, count

    def revisions(self) -> int:
        return self._revisions.count()

    def _descending(self, query: Query, by: str, before: str, size: int) -> Iterator[dict[str, Any]]:
        while page := self._documents.page(
            where(query, by, "<", before).order_by(by, direction=Query.DESCENDING).limit(size)
        ):
            yield from page
            if len(page) < size:
                return
            before = page[-1][by]

    def _read(self, facts: list[dict[str, Any]]) -> list[Found]:
        faces = self._documents.read_all([self._faces.document(one["face_id"]) for one in facts])
        return [
            _found(face, one)
            for one in facts
            if (face := faces.get(one["face_id"]))  # Else withdrawn since it was found.
        ]


def _found(face: dict[str, Any], facts: dict[str, Any]) -> Found:
    return Found(
        face_from_document(face),
        label_of(facts["label"]),
        reviewed=facts.get("perceived") is not None,
        by_set_alone=bool(facts["said_by"]) and not said_by_annotators(facts),
    )


def _values(wanted: FaceFilter) -> dict[str, set[int]]:
    chosen: dict[str, set[int]] = {
        "label": {number_of(label) for label in wanted.labels},
        "source": {SOURCES.index(source) for source in wanted.sources},
        "confidence": set(wanted.confidence),
        "agreement": set(wanted.agreement),
        "intended": {number_of(label) for label in wanted.intended},
        "disputed": set() if wanted.disputed is None else {wanted.disputed},
    }
    return {field: values for field, values in chosen.items() if values}


def _asked(values: dict[str, set[int]]) -> list[str]:
    """The fields that one query may name, those that sort out most first."""
    asked: list[str] = []
    for field in sorted(values, key=lambda field: len(values[field])):
        if prod(len(values[name]) for name in [*asked, field]) <= _MOST_ALTERNATIVES:
            asked.append(field)
    return asked


def _in_time(week: date, wanted: FaceFilter) -> bool:
    late_enough = wanted.since is None or week_of(wanted.since) <= week
    return late_enough and (wanted.until is None or week <= week_of(wanted.until))


def _beginning(week: date) -> str:
    return datetime.combine(week, time()).isoformat()
