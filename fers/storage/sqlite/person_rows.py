"""Whether the person is there whom a row is about, looked up in the transaction that writes it."""

import sqlite3

from fers.errors import NotFound


def require_person(sql: sqlite3.Connection, person_id: str) -> None:
    """Raises NotFound when they are gone."""
    if not sql.execute("SELECT 1 FROM people WHERE id = ?", (person_id,)).fetchone():
        raise NotFound("account.gone")
