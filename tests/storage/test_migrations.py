"""Steps are taken once, whole, and in order."""

import sqlite3

import pytest

from fers.errors import StoreUnavailable
from fers.storage.database import FILE, Database
from fers.storage.migrations import MIGRATIONS, migrate


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def shape(connection) -> set[str]:
    return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def version(connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("taken", range(len(MIGRATIONS) + 1))
def test_every_older_database_reaches_the_same_shape(connection, taken):
    migrate(connection, MIGRATIONS[:taken])
    assert version(connection) == taken
    migrate(connection)
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate(fresh)
    assert shape(connection) == shape(fresh)
    assert version(connection) == len(MIGRATIONS)
    fresh.close()


def test_a_step_is_taken_once(connection):
    steps = (("CREATE TABLE t (x)",), ("INSERT INTO t VALUES (1)",))
    migrate(connection, steps)
    migrate(connection, steps)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_a_step_that_fails_leaves_the_one_before(connection):
    steps = (("CREATE TABLE t (x)",), ("INSERT INTO t VALUES (1)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)
    assert version(connection) == 1
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    migrate(connection, (steps[0], ("INSERT INTO t VALUES (2)",)))
    assert connection.execute("SELECT x FROM t").fetchall() == [(2,)]


def test_a_store_of_a_newer_fers_is_refused_and_left_alone(folder):
    Database(folder).close()
    newer = sqlite3.connect(folder / FILE, isolation_level=None)
    newer.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreUnavailable, match="newer version of FERS"):
        Database(folder)
    assert version(newer) == 999
    newer.close()
