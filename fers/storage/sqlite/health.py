"""StoreHealth on SQLite and its disk."""

from fers.domain.health import Condition
from fers.errors import StoreUnavailable
from fers.storage.sqlite.database import Database


class SqliteHealth:
    def __init__(self, database: Database):
        self._database = database
        self._disk = database.disk

    def condition(self) -> Condition:
        try:
            self._database.rows("SELECT id FROM people LIMIT 1")
            if not self._database.is_in_place():
                return Condition.UNAVAILABLE
            if self._disk.is_read_only():
                return Condition.READ_ONLY
            return Condition.OK if self._disk.has_room() else Condition.FULL
        except StoreUnavailable:
            return Condition.UNAVAILABLE

    def require_room(self, more: int = 0) -> None:
        self._disk.require_room(more)
