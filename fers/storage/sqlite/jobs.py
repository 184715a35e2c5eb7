"""JobStore on SQLite."""

from datetime import datetime

from fers.domain.jobs import MOST_ATTEMPTS, Job
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.sqlite.database import Database


class SqliteJobs:
    def __init__(self, database: Database):
        self._database = database

    def add_job(self, name: str) -> None:
        with self._database.transaction() as sql:
            sql.execute(
                "INSERT INTO jobs (name, attempts, holder, until) VALUES (?, 0, '', '') ON CONFLICT DO NOTHING", (name,)
            )

    def remove_job(self, name: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM jobs WHERE name = ?", (name,))

    def claim_job(self, name: str, holder: str, now: datetime, until: datetime, got_on: bool = False) -> bool:
        with self._database.transaction() as sql:
            claimed = sql.execute(
                "UPDATE jobs SET attempts = CASE WHEN ? THEN 0 ELSE attempts + (holder <> ?) END, holder = ?, until = ?"
                " WHERE name = ? AND (holder = ? OR (until <= ? AND attempts < ?))",
                (got_on, holder, holder, time_to_text(until), name, holder, time_to_text(now), MOST_ATTEMPTS),
            )
            return claimed.rowcount == 1

    def cut_short(self, job: Job, until: datetime) -> None:
        seen = (job.name, job.holder, time_to_text(job.until) if job.until else "")
        with self._database.transaction() as sql:
            cut = "UPDATE jobs SET until = ? WHERE name = ? AND holder = ? AND until = ?"
            sql.execute(cut, (time_to_text(until), *seen))

    def fail_job(self, name: str, failure: str, advice: str = "") -> None:
        with self._database.transaction() as sql:
            given_up = "UPDATE jobs SET attempts = ?, holder = '', until = '', failure = ?, advice = ? WHERE name = ?"
            sql.execute(given_up, (MOST_ATTEMPTS, failure, advice, name))

    def jobs(self) -> list[Job]:
        rows = self._database.rows("SELECT name, attempts, holder, until, failure, advice FROM jobs ORDER BY name")
        return [Job(**dict(row) | {"until": time_from_text(row["until"]) if row["until"] else None}) for row in rows]
