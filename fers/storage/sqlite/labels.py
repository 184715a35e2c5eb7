"""LabelStore on SQLite.

The queues are read from indexes that begin with how many slots of a face are filled, so that what is done is never
gone through again; see `face_rows`.
"""

import heapq
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fers.domain.emotions import Emotion
from fers.domain.labels import Label
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.review import GoldStandard, Progress, QueueOrder
from fers.errors import AlreadyExists, NotFound, SlotTaken
from fers.storage.shared.documents import label_from_document, label_to_document, time_from_text, time_to_text
from fers.storage.sqlite.database import Database

_PAGE = 500
_GIVEN_AT = "json_extract(document, '$.given_at')"
"""As the index has it."""
_ORDERS = {
    QueueOrder.OLDEST: ("review_by_age", "given_at", "given_at, face_id"),
    QueueOrder.UNCERTAIN: ("review_by_entropy", "-entropy", "entropy DESC, face_id"),
    QueueOrder.DISAGREED: ("review_by_share", "share", "share, face_id"),
    QueueOrder.RARE: ("review_by_guess", "given_at", "given_at, face_id"),
    QueueOrder.RANDOM: ("review_by_id", "face_id", "face_id"),
}
"""The index that each order is read from, what lists are merged by, and the order within one. The ids of faces are
random, and so is their order."""
_MAY_LABEL = """NOT EXISTS (SELECT 1 FROM labels WHERE labels.face_id = f.face_id AND annotator_id = :annotator)
    AND (SELECT person_id FROM faces WHERE id = f.face_id) <> :annotator
    AND labels - of_sets + (SELECT count(*) FROM reservations AS r
        WHERE r.face_id = f.face_id AND annotator_id <> :annotator AND until > :now) < max(wanted, :slots)"""

_OPEN_AMONG = """SELECT count(*) FROM {} AS theirs CROSS JOIN face_facts AS f ON f.face_id = theirs.{}
    WHERE theirs.{} = :annotator AND f.study_id = :study AND f.reviewable AND f.filled < :slots"""
"""A cross join begins with what is theirs: much less than all that is open."""
_OPEN_BUT_NOT_FOR_THEM = (
    _OPEN_AMONG.format("labels", "face_id", "annotator_id"),
    _OPEN_AMONG.format("faces", "id", "person_id"),
)


class SqliteLabels:
    def __init__(self, database: Database):
        self._database = database

    def reserve(self, face_id: str, annotator_id: str, slots: int, now: datetime, until: datetime) -> bool:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM reservations WHERE until <= ?", (time_to_text(now),))  # Whoever has stopped, too.
            left = _slots_left(sql, face_id, annotator_id, slots, now)
            if left is None or left < 1 or _has_labelled(sql, face_id, annotator_id):
                return False
            reservation = (face_id, annotator_id, time_to_text(until))
            sql.execute("INSERT OR REPLACE INTO reservations VALUES (?, ?, ?)", reservation)
        return True

    def release(self, face_id: str, annotator_id: str) -> None:
        with self._database.transaction() as sql:
            _release(sql, face_id, annotator_id)

    def add_label(self, label: Label, slots: int, now: datetime) -> None:
        face_id, annotator_id = label.face_id, label.annotator_id
        with self._database.transaction(large=True) as sql:
            left = _slots_left(sql, face_id, annotator_id, slots, now)
            if left is None:
                raise NotFound("review.photo-gone")
            if _has_labelled(sql, face_id, annotator_id):
                raise AlreadyExists("review.labelled-already")
            if left < 1:
                raise SlotTaken("review.enough-labels")
            values = (face_id, annotator_id, label.study_id, json.dumps(label_to_document(label)))
            sql.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", values)
            _release(sql, face_id, annotator_id)

    def remove_label(self, face_id: str, annotator_id: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM labels WHERE face_id = ? AND annotator_id = ?", (face_id, annotator_id))

    def want(self, face_id: str, labels: int) -> None:
        with self._database.transaction() as sql:
            sql.execute("UPDATE face_facts SET wanted = ? WHERE face_id = ? AND wanted <> ?", (labels, face_id, labels))

    def labels_of(self, face_id: str) -> list[Label]:
        query = "SELECT document FROM labels WHERE face_id = ? ORDER BY annotator_id"
        return [_label(row) for row in self._database.rows(query, (face_id,))]

    def labels_by(self, annotator_id: str) -> Iterator[Label]:
        return self._pages("annotator_id = ?", ("study_id", "face_id"), (annotator_id,))

    def labels(self, study_id: str, among: IdRange = EVERY_ID) -> Iterator[Label]:
        about, after_the_first = (study_id, among.to), (among.after, EVERY_ID.to)
        return self._pages("study_id = ? AND face_id <= ?", ("face_id", "annotator_id"), about, after_the_first)

    def latest_by(self, annotator_id: str, study_id: str, limit: int) -> list[Label]:
        query = f"SELECT * FROM labels WHERE annotator_id = ? AND study_id = ? ORDER BY {_GIVEN_AT} DESC LIMIT ?"
        return [_label(row) for row in self._database.rows(query, (annotator_id, study_id, limit))]

    def count_by(self, annotator_id: str, study_id: str) -> int:
        query = "SELECT count(*) FROM labels WHERE annotator_id = ? AND study_id = ?"
        [(count,)] = self._database.rows(query, (annotator_id, study_id))
        return int(count)

    def count_waiting(self, annotator_id: str, study_id: str, slots: int) -> int:
        """As many as are open, but for those that the annotator has labelled and those that are their own."""
        about = {"annotator": annotator_id, "study": study_id, "slots": slots}
        found = (self._database.rows(query, about) for query in _OPEN_BUT_NOT_FOR_THEM)
        return self.progress(study_id, slots).open - sum(int(count) for [(count,)] in found)

    def forget_annotator(self, annotator_id: str) -> None:
        with self._database.erasure() as sql:
            for table in ("labels", "reservations"):
                sql.execute(f"DELETE FROM {table} WHERE annotator_id = ?", (annotator_id,))

    def next_faces(
        self, study_id: str, annotator_id: str, order: QueueOrder, slots: int, now: datetime, limit: int
    ) -> list[str]:
        about = {"study": study_id, "annotator": annotator_id, "slots": slots, "now": time_to_text(now)}
        if order is not QueueOrder.RARE:
            return self._open(order, about, limit)
        found: list[str] = []
        for guess in self._rarest_first(study_id):
            rest = limit - len(found)
            found += self._open(order, about | {"guess": guess}, rest, "AND guess = :guess")
        return found

    def progress(self, study_id: str, slots: int) -> Progress:
        [row] = self._database.rows(
            "SELECT sum(faces) FILTER (WHERE filled < ?), sum(faces) FILTER (WHERE filled >= ?), sum(faces * labels)"
            " FROM review_counts WHERE study_id = ?",
            (slots, slots, study_id),
        )
        return Progress(*(number or 0 for number in row))

    def set_gold_standard(self, face_id: str, known: GoldStandard | None) -> None:
        with self._database.transaction() as sql:
            if known is None:
                sql.execute("DELETE FROM gold WHERE face_id = ?", (face_id,))
            else:
                noted = "INSERT OR REPLACE INTO gold SELECT id, study_id, ?, ? FROM faces WHERE id = ?"
                sql.execute(noted, (known.emotion.value, time_to_text(known.since), face_id))

    def known(self, face_id: str) -> GoldStandard | None:
        row = next(iter(self._database.rows("SELECT * FROM gold WHERE face_id = ?", (face_id,))), None)
        return _known(row) if row else None

    def gold_standard(self, study_id: str) -> dict[str, GoldStandard]:
        rows = self._database.rows("SELECT * FROM gold WHERE study_id = ? ORDER BY face_id", (study_id,))
        return {row["face_id"]: _known(row) for row in rows}

    def resolve_flags(self, face_id: str, at: datetime | None) -> None:
        with self._database.transaction() as sql:
            if at is None:
                sql.execute("DELETE FROM settled_flags WHERE face_id = ?", (face_id,))
            else:
                noted = "INSERT OR REPLACE INTO settled_flags SELECT id, study_id, ? FROM faces WHERE id = ?"
                sql.execute(noted, (time_to_text(at), face_id))

    def resolved_flags(self, study_id: str) -> dict[str, datetime]:
        rows = self._database.rows("SELECT * FROM settled_flags WHERE study_id = ? ORDER BY face_id", (study_id,))
        return {row["face_id"]: time_from_text(row["at"]) for row in rows}

    def _open(self, order: QueueOrder, about: dict[str, Any], limit: int, condition: str = "") -> list[str]:
        """The first open faces that the annotator may label, from as many ordered lists as a face has slots."""
        index, key, ordering = _ORDERS[order]
        query = (
            f"SELECT {key} AS key, face_id FROM face_facts AS f INDEXED BY {index} WHERE study_id = :study"
            f" AND reviewable AND filled = :filled {condition} AND {_MAY_LABEL} ORDER BY {ordering} LIMIT :limit"
        )
        lists = (self._database.rows(query, about | {"filled": n, "limit": limit}) for n in range(about["slots"]))
        return [face_id for _, face_id in list(heapq.merge(*(map(tuple, rows) for rows in lists)))[:limit]]

    def _rarest_first(self, study_id: str) -> list[int]:
        rows = self._database.rows(
            "SELECT guess FROM review_counts WHERE study_id = ? GROUP BY guess ORDER BY sum(faces * labels), guess",
            (study_id,),
        )
        return [row["guess"] for row in rows]

    def _pages(
        self, condition: str, order: tuple[str, str], parameters: tuple[Any, ...], last: tuple[str, str] = ("", "")
    ) -> Iterator[Label]:
        columns = ", ".join(order)
        query = f"SELECT * FROM labels WHERE {condition} AND ({columns}) > (?, ?) ORDER BY {columns} LIMIT {_PAGE}"
        while page := self._database.rows(query, (*parameters, *last)):
            yield from map(_label, page)
            last = tuple(page[-1][column] for column in order)


def _slots_left(sql: sqlite3.Connection, face_id: str, annotator_id: str, slots: int, now: datetime) -> int | None:
    """For this annotator, whose own reservation takes none; None when the face is gone or may not be reviewed."""
    query = "SELECT wanted, labels - of_sets FROM face_facts WHERE face_id = ? AND reviewable"
    face = sql.execute(query, (face_id,)).fetchone()
    [held] = sql.execute(
        "SELECT count(*) FROM reservations WHERE face_id = ? AND annotator_id <> ? AND until > ?",
        (face_id, annotator_id, time_to_text(now)),
    ).fetchone()
    return None if face is None else max(face[0], slots) - face[1] - held


def _has_labelled(sql: sqlite3.Connection, face_id: str, annotator_id: str) -> bool:
    values = (face_id, annotator_id)
    return bool(sql.execute("SELECT 1 FROM labels WHERE face_id = ? AND annotator_id = ?", values).fetchone())


def _release(sql: sqlite3.Connection, face_id: str, annotator_id: str) -> None:
    sql.execute("DELETE FROM reservations WHERE face_id = ? AND annotator_id = ?", (face_id, annotator_id))


def _label(row: sqlite3.Row) -> Label:
    return label_from_document(json.loads(row["document"]))


def _known(row: sqlite3.Row) -> GoldStandard:
    return GoldStandard(Emotion(row["emotion"]), time_from_text(row["since"]))
