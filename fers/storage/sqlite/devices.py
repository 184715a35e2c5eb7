"""The browsers that people came in with before, on SQLite; of their secrets only hashes are kept."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from fers.domain.interfaces import DEVICE_DAYS
from fers.storage.shared.credentials import device_key
from fers.storage.shared.documents import time_to_text
from fers.storage.sqlite.database import Database


class SqliteDevices:
    def __init__(self, database: Database, now: Callable[[], datetime]):
        self._database = database
        self._now = now

    def know(self, person_id: str, device: str) -> None:
        now = self._now()
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM devices WHERE ends_at <= ?", (time_to_text(now),))
            values = (device_key(person_id, device), person_id, time_to_text(now + timedelta(days=DEVICE_DAYS)))
            sql.execute("REPLACE INTO devices VALUES (?, ?, ?)", values)

    def knows(self, person_id: str, device: str) -> bool:
        values = (device_key(person_id, device), time_to_text(self._now()))
        return bool(self._database.rows("SELECT 1 FROM devices WHERE sha256 = ? AND ends_at > ?", values))


def forget_devices(sql: sqlite3.Connection, person_id: str) -> None:
    """And what was counted for them."""
    sql.execute("DELETE FROM throttles WHERE key IN (SELECT sha256 FROM devices WHERE person_id = ?)", (person_id,))
    sql.execute("DELETE FROM devices WHERE person_id = ?", (person_id,))
