"""The audit log in SQLite: one chain, since a database has one writer at a time."""

import sqlite3
from typing import Any

from fers.domain.audit import AuditEntry, SealedEntry, seal
from fers.storage.shared.documents import time_from_text, time_to_text

CHAIN = "store"
_COLUMNS = "number, at, actor_role, action, subject, actor, study_id, role, sha256"


def append(sql: sqlite3.Connection, entry: AuditEntry) -> SealedEntry:
    """Inside the caller's transaction, so that nobody else takes the same place in the chain."""
    last = sql.execute("SELECT number, sha256 FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, "")
    who = (time_to_text(entry.at), str(entry.actor_role))
    said = (*who, entry.action, entry.subject, entry.actor, entry.study_id, str(entry.role))
    sealed_entry = SealedEntry(entry, CHAIN, number, seal(entry, CHAIN, number, previous))
    values = (number, *said, sealed_entry.sha256)
    sql.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return sealed_entry


def sealed(row: sqlite3.Row | tuple[Any, ...]) -> SealedEntry:
    """`row`: the columns of a query made by `select`."""
    number, at, *said, sha256 = row
    entry = AuditEntry(time_from_text(at), *said)
    return SealedEntry(entry, CHAIN, number, sha256)


def select(rest: str) -> str:
    return f"SELECT {_COLUMNS} FROM audit {rest}"
