"""The database's shape, as numbered steps. A released step is never edited: the next change is a new step.

A step is `NNNN_name.sql`, then the function `fill` of `NNNN_name.py` for what SQL can't say; one of them is enough.
They stand by themselves: literal, without a word from the rest of FERS, and nothing else imports them. So whatever FERS
becomes, an old database and a new one get the same shape.
"""

import sqlite3
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from fers.errors import OutOfOrder

Statement = str | Callable[[sqlite3.Connection], None]
"""SQL, or a function for what SQL can't say."""
Step = tuple[Statement, ...]

_REVIEW, _SNAPSHOTS = 7, 8
"""Numbers of steps."""


def _steps() -> Iterator[Step]:
    folder = Path(__file__).parent
    for name in sorted({file.stem for file in folder.glob("[0-9]*.*")}):
        script, function = folder / f"{name}.sql", folder / f"{name}.py"
        statements = tuple(_statements(script.read_text("utf-8"))) if script.exists() else ()
        yield (*statements, import_module(f"{__name__}.{name}").fill) if function.exists() else statements


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


MIGRATIONS: tuple[Step, ...] = tuple(_steps())
"""Statements of each step, in order. The database's `user_version` is the number of steps it has taken."""


def migrate(connection: sqlite3.Connection, migrations: tuple[Step, ...] = MIGRATIONS) -> None:
    """Take the steps that are missing, each in one transaction with the record that it was taken.

    `connection` is in autocommit mode and nobody else migrates meanwhile. Raises StoreUnavailable for a database that a
    newer FERS has migrated further.
    """
    (taken,) = connection.execute("PRAGMA user_version").fetchone()
    if taken > len(migrations):
        raise OutOfOrder("store.newer")
    if _took_jobs_out_of_turn(connection, taken):
        _take(connection, migrations[_REVIEW - 1] + migrations[_SNAPSHOTS - 1], 9)
        taken = 9
    for number, statements in enumerate(migrations[taken:], start=taken + 1):
        _take(connection, statements, number)


def _take(connection: sqlite3.Connection, statements: Step, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            if callable(statement):
                statement(connection)
            else:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _took_jobs_out_of_turn(connection: sqlite3.Connection, taken: int) -> bool:
    """Whether the database is of commit 85990e2, whose seventh step is today's ninth: two lines of work met later."""
    has_jobs = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone()
    return taken == 7 and has_jobs is not None
