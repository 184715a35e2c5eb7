"""AnswerStore on SQLite."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import numpy as np

from fers.domain.models import ModelRun
from fers.domain.ranges import EVERY_ID, IdRange
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.stored_names import as_stored
from fers.storage.sqlite.database import Database

_PAGE = 2000
_KIND = np.dtype("<f4")


class SqliteAnswers:
    def __init__(self, database: Database):
        self._database = database

    def add_answers(self, fingerprint: str, answers: Mapping[str, np.ndarray]) -> None:
        rows = [(fingerprint, np.asarray(row, _KIND).tobytes(), face_id) for face_id, row in answers.items()]
        with self._database.transaction(large=True) as sql:
            sql.executemany("INSERT OR REPLACE INTO answers SELECT ?, id, ? FROM faces WHERE id = ?", rows)

    def answers(self, fingerprint: str, among: IdRange = EVERY_ID) -> Iterator[tuple[str, np.ndarray]]:
        last = among.after
        page_after = (
            "SELECT * FROM answers WHERE answers_id = ? AND face_id > ? AND face_id <= ? ORDER BY face_id LIMIT ?"
        )
        while page := self._database.rows(page_after, (fingerprint, last, among.to, _PAGE)):
            for row in page:
                yield row["face_id"], np.frombuffer(row["said"], _KIND)
            last = page[-1]["face_id"]

    def count_answers(self, fingerprint: str) -> int:
        [(count,)] = self._database.rows("SELECT count(*) FROM answers WHERE answers_id = ?", (fingerprint,))
        return int(count)

    def save_run(self, run: ModelRun) -> None:
        document = as_stored(asdict(run))
        key, at = document.pop("answers_id"), time_to_text(document.pop("finished_at"))
        with self._database.transaction() as sql:
            sql.execute("INSERT OR REPLACE INTO model_runs VALUES (?, ?, ?)", (key, at, json.dumps(document)))

    def runs(self) -> list[ModelRun]:
        """Newest first."""
        rows = self._database.rows("SELECT * FROM model_runs ORDER BY finished_at DESC, answers_id")
        return [
            ModelRun(row["answers_id"], **json.loads(row["document"]), finished_at=time_from_text(row["finished_at"]))
            for row in rows
        ]
