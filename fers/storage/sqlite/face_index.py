"""FaceIndex on SQLite: a narrow row a face, and the number of faces of every combination, kept by triggers.

A page of the newest faces is read week by week, and the counts say which weeks hold any. Within a week the faces are
either gone through by time until the page is full, or, where few are wanted, looked up by what is wanted and sorted:
again the counts say which is less work. So nothing here goes through all faces of a study.
"""

from collections import Counter
from datetime import date, datetime

from fers.domain.emotions import Emotion
from fers.domain.exploring import Cursor, FaceCount, FaceFilter, Found, week_of
from fers.domain.labels import Opinion
from fers.domain.protocols import ThreeLabels
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.facets import SOURCES, group_of, label_of, number_of, three_labels_of
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.face_rows import FACE_COLUMNS, face_of, keep_opinion


class SqliteFaceIndex:
    def __init__(self, database: Database):
        self._database = database

    def counts(self, study_id: str, wanted: FaceFilter) -> list[FaceCount]:
        condition, values = _condition(wanted)
        counts, among = _counts(wanted)
        rows = self._database.rows(
            f"SELECT week, label, disputed, SUM(count) AS count FROM {counts}"
            f" AND study_id = ? AND {condition} GROUP BY week, label, disputed HAVING SUM(count) > 0",
            (*among, study_id, *values),
        )
        return [
            FaceCount(date.fromisoformat(row["week"]), label_of(row["label"]), bool(row["disputed"]), row["count"])
            for row in rows
        ]

    def agreement(self, study_id: str, wanted: FaceFilter) -> dict[int, int]:
        condition, values = _condition(wanted)
        counts, among = _counts(wanted)
        rows = self._database.rows(
            f"SELECT agreement, SUM(count) AS count FROM {counts} AND study_id = ? AND {condition} AND agreement >= 0"
            " GROUP BY agreement HAVING SUM(count) > 0",
            (*among, study_id, *values),
        )
        return {row["agreement"]: row["count"] for row in rows}

    def own_labels(self, study_id: str) -> dict[tuple[date, Emotion], int]:
        rows = self._database.rows(
            "SELECT week, own, count FROM own_counts WHERE study_id = ? AND count > 0", (study_id,)
        )
        return {(date.fromisoformat(row["week"]), Emotion(row["own"])): row["count"] for row in rows}

    def three_labels(self, study_id: str) -> Counter[ThreeLabels]:
        query = "SELECT intended, own, perceived, count FROM three_label_counts WHERE study_id = ? AND count > 0"
        rows = self._database.rows(query, (study_id,))
        return Counter({three_labels_of(*labels): count for *labels, count in rows})

    def newest(
        self, study_id: str, wanted: FaceFilter, count: int, after: Cursor[datetime] | None = None
    ) -> list[Found]:
        ids: list[str] = []
        for week, found, everything in self._weeks(study_id, wanted, after):
            index = "facts_by_time" if everything * count < found * found else "facts_by_cell"
            if wanted.group is not None:
                index = f"facts_by_{group_of(wanted.group)[0]}"
            ids += self._newest_of(study_id, week, wanted, count - len(ids), after, index)
            if len(ids) == count:
                break
        return self._faces(ids)

    def most_disputed(
        self, study_id: str, label: Emotion | None, count: int, after: Cursor[float] | None = None
    ) -> list[Found]:
        index, where = "facts_by_dispute", ""
        values: tuple[int, ...] = ()
        if label is not None:
            index, where, values = "facts_by_label_and_dispute", " AND label = ?", (label.value,)
        place = (after.rank, after.face_id) if after else (2.0, "")
        rows = self._database.rows(
            f"SELECT face_id FROM face_facts INDEXED BY {index} WHERE study_id = ?{where} AND disagreement > 0"
            " AND (disagreement, face_id) < (?, ?) ORDER BY disagreement DESC, face_id DESC LIMIT ?",
            (study_id, *values, *place, count),
        )
        return self._faces([row["face_id"] for row in rows])

    def least_agreed(self, study_id: str, count: int, after: str | None = None) -> list[Found]:
        last = self._database.rows("SELECT share, face_id FROM face_facts WHERE face_id = ?", (after,))
        rows = self._database.rows(
            "SELECT face_id FROM face_facts INDEXED BY facts_by_share WHERE study_id = ? AND share < 1"
            " AND (share, face_id) > (?, ?) ORDER BY share, face_id LIMIT ?",
            (study_id, *(last[0] if last else (-1.0, "")), count),
        )
        return self._faces([row["face_id"] for row in rows])

    def note_opinion(self, face_id: str, opinion: Opinion | None) -> None:
        with self._database.transaction() as sql:
            keep_opinion(sql, face_id, opinion)

    def revisions(self) -> int:
        [(count,)] = self._database.rows("SELECT count FROM revisions")
        return int(count)

    def _weeks(self, study_id: str, wanted: FaceFilter, after: Cursor[datetime] | None) -> list[tuple[str, int, int]]:
        """Weeks that hold wanted faces, newest first: (Monday, wanted faces, all faces)."""
        condition, values = _condition(wanted)
        last = week_of(after.rank).isoformat() if after else "9999"
        counts, among = _counts(wanted)
        rows = self._database.rows(
            f"SELECT week, SUM(count) FILTER (WHERE {condition}) AS found, SUM(count) AS everything FROM {counts}"
            " AND study_id = ? AND week <= ? GROUP BY week HAVING found > 0 ORDER BY week DESC",
            (*values, *among, study_id, last),
        )
        return [tuple(row) for row in rows]

    def _newest_of(
        self, study_id: str, week: str, wanted: FaceFilter, count: int, after: Cursor[datetime] | None, index: str
    ) -> list[str]:
        condition, values = _condition(wanted)
        if wanted.group is not None:
            field, answer = group_of(wanted.group)
            condition = f"{field} = {answer} AND {field} >= 0 AND {condition}"
        place = (time_to_text(after.rank), after.face_id) if after else ("9999", "")
        rows = self._database.rows(
            f"SELECT face_id FROM face_facts INDEXED BY {index} WHERE study_id = ? AND week = ? AND {condition}"
            " AND (given_at, face_id) < (?, ?) ORDER BY given_at DESC, face_id DESC LIMIT ?",
            (study_id, week, *values, *place, count),
        )
        return [row["face_id"] for row in rows]

    def _faces(self, ids: list[str]) -> list[Found]:
        columns = ", ".join(f"faces.{column}" for column in FACE_COLUMNS.split(", "))
        rows = self._database.rows(
            f"SELECT {columns}, label, perceived, of_sets > 0 AND of_sets = labels FROM faces"
            f" JOIN face_facts ON face_id = id WHERE id IN ({', '.join('?' * len(ids))})",
            tuple(ids),
        )
        found = {
            row["id"]: Found(face_of(row[:-3]), label_of(row[-3]), row[-2] is not None, bool(row[-1])) for row in rows
        }
        return [found[id] for id in ids if id in found]  # One may have been withdrawn since it was found.


def _counts(wanted: FaceFilter) -> tuple[str, tuple[int | str, ...]]:
    """The table that counts what is wanted, with the beginning of a condition, and its values."""
    if wanted.group is None:
        return "face_counts WHERE 1", ()
    return "group_counts WHERE field = ? AND answer = ?", group_of(wanted.group)


def _condition(wanted: FaceFilter) -> tuple[str, list[int | str]]:
    """SQL that is true of what is wanted but for the group, for facts and counts alike, and its values."""
    chosen: dict[str, list[int]] = {
        "label": [number_of(label) for label in wanted.labels],
        "source": [SOURCES.index(source) for source in wanted.sources],
        "confidence": list(wanted.confidence),
        "agreement": list(wanted.agreement),
        "intended": [number_of(label) for label in wanted.intended],
        "disputed": [] if wanted.disputed is None else [wanted.disputed],
    }
    conditions = ["1"]
    values: list[int | str] = []
    for column, numbers in chosen.items():
        if numbers:
            conditions.append(f"{column} IN ({', '.join('?' * len(numbers))})")
            values += numbers
    for sign, day in ((">=", wanted.since), ("<=", wanted.until)):
        if day is not None:
            conditions.append(f"+week {sign} ?")  # The plus keeps SQLite from looking weeks up by this.
            values.append(week_of(day).isoformat())
    return " AND ".join(conditions), values
