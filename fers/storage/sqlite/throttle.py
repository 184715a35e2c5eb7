"""Slows down whoever keeps guessing. Kept in the database, so that a restart forgives nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.waits import FORGOTTEN_AFTER, FREE_FAILURES, refuse_too_soon, wait_seconds
from fers.storage.sqlite.database import Database

_KNOWN = "SELECT failures, retry_at FROM throttles WHERE key = ?"


class Throttle:
    """Counts failures in a row by key: after those that are `free` the next attempt waits for 1, 2, 4 ... up to 900
    seconds."""

    def __init__(self, database: Database, now: Callable[[], datetime]):
        self._database = database
        self._now = now

    def begin(self, key: str, free: int = FREE_FAILURES) -> None:
        """Count an attempt as failed until `succeeded` says otherwise: attempts at the same moment gain nothing.

        Raises TooManyAttempts while the key has to wait.
        """
        now = self._now()
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM throttles WHERE retry_at < ?", (time_to_text(now - FORGOTTEN_AFTER),))
            known = sql.execute(_KNOWN, (key,)).fetchone()
            if known:
                refuse_too_soon(time_from_text(known["retry_at"]) - now, known["failures"], free)
            failures = known["failures"] + 1 if known else 1
            retry_at = now + timedelta(seconds=wait_seconds(failures, free))
            sql.execute("REPLACE INTO throttles VALUES (?, ?, ?)", (key, failures, time_to_text(retry_at)))

    def check(self, key: str, free: int = FREE_FAILURES) -> None:
        """Count nothing. Raises TooManyAttempts while the key has to wait."""
        for known in self._database.rows(_KNOWN, (key,)):
            refuse_too_soon(time_from_text(known["retry_at"]) - self._now(), known["failures"], free)

    def failures(self, key: str) -> int:
        """How many there were in a row."""
        return sum(known["failures"] for known in self._database.rows(_KNOWN, (key,)))

    def succeeded(self, key: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM throttles WHERE key = ?", (key,))
