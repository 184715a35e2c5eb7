"""ResultStore on SQLite."""

from fers.domain.evaluation_sets import Result, RunProgress
from fers.storage.shared.result_documents import progress_from_text, progress_to_text, result_from_text, result_to_text
from fers.storage.sqlite.database import Database


class SqliteResults:
    def __init__(self, database: Database):
        self._database = database

    def save_result(self, result: Result) -> None:
        self._save("results", result.evaluation_set, result.who, result_to_text(result))

    def results(self, evaluation_set: str | None = None) -> list[Result]:
        return [result_from_text(text) for text in self._read("results", evaluation_set)]

    def save_progress(self, progress: RunProgress) -> None:
        self._save("run_progress", progress.evaluation_set, progress.fingerprint, progress_to_text(progress))

    def progress(self, evaluation_set: str | None = None) -> list[RunProgress]:
        return [progress_from_text(text) for text in self._read("run_progress", evaluation_set)]

    def _save(self, table: str, evaluation_set: str, who: str, text: str) -> None:
        with self._database.transaction() as sql:
            sql.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", (evaluation_set, who, text))

    def _read(self, table: str, evaluation_set: str | None) -> list[str]:
        condition, values = ("", ()) if evaluation_set is None else ("WHERE yardstick = ?", (evaluation_set,))
        rows = self._database.rows(f"SELECT document FROM {table} {condition} ORDER BY yardstick, who", values)
        return [row["document"] for row in rows]
