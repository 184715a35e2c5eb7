"""ResultStore on SQLite."""

from fers.domain.evaluation_sets import Result, RunProgress
from fers.storage.shared.result_documents import progress_from_text, progress_to_text, result_from_text, result_to_text
from fers.storage.sqlite.database import Database


class SqliteResults:
    def __init__(self, database: Database):
        self._database = database

    def save_result(self, result: Result) -> None:
        self._save("results", result.yardstick, result.who, result_to_text(result))

    def results(self, yardstick: str | None = None) -> list[Result]:
        return [result_from_text(text) for text in self._read("results", yardstick)]

    def save_progress(self, progress: RunProgress) -> None:
        self._save("run_progress", progress.yardstick, progress.answers_id, progress_to_text(progress))

    def progress(self, yardstick: str | None = None) -> list[RunProgress]:
        return [progress_from_text(text) for text in self._read("run_progress", yardstick)]

    def _save(self, table: str, yardstick: str, who: str, text: str) -> None:
        with self._database.transaction() as sql:
            sql.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", (yardstick, who, text))

    def _read(self, table: str, yardstick: str | None) -> list[str]:
        condition, values = ("", ()) if yardstick is None else ("WHERE yardstick = ?", (yardstick,))
        rows = self._database.rows(f"SELECT document FROM {table} {condition} ORDER BY yardstick, who", values)
        return [row["document"] for row in rows]
