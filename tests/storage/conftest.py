"""A database in a folder of its own."""

import pytest

from fers.storage.sqlite.database import Database
from fers.storage.sqlite.records import SqliteRecords


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def database(folder):
    database = Database(folder)
    yield database
    database.close()


@pytest.fixture
def records(database):
    return SqliteRecords(database)


@pytest.fixture
def bytes_on_disk(folder):
    """Everything that is in the store's files, the write-ahead log and its index too."""
    return lambda: b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
