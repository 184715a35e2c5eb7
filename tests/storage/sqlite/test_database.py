"""Opening the database, and what it says when it can't work."""

import multiprocessing
import os
import sqlite3
import stat
import tempfile
import threading
import time
from pathlib import Path

import pytest

from fers.errors import StoreUnavailable
from fers.storage.sqlite import database as database_module
from fers.storage.sqlite.database import FILE, Database
from fers.storage.sqlite.records import SqliteRecords
from tests.contracts.samples import a_person, an_id
from tests.waiting import LONG

NOBODY = 65534


def test_only_the_owner_can_read_any_of_it(folder, database, records):
    records.create_person(a_person())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)
    assert {FILE, f"{FILE}-wal", f"{FILE}-shm"} <= modes.keys()


def test_a_folder_that_others_could_read_is_closed_to_them(folder):
    folder.mkdir(mode=0o755)
    (folder / FILE).touch(mode=0o644)
    Database(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_a_failed_transaction_changes_nothing(database):
    with pytest.raises(RuntimeError), database.transaction() as sql:
        sql.execute("INSERT INTO journal VALUES ('x')")
        raise RuntimeError
    assert database.rows("SELECT * FROM journal") == []


def test_a_file_that_is_no_database_is_said_to_be_none(folder):
    folder.mkdir()
    (folder / FILE).write_bytes(b"something else entirely " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Database(folder)
    assert (folder / FILE).read_bytes() == b"something else entirely " * 100


def test_a_folder_that_cannot_be_made_is_said_to_be_none(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "data", tmp_path / ("x" * 300)):
        with pytest.raises(StoreUnavailable, match="no store where FERS_DATA says"):
            Database(folder)


def test_damage_is_found(folder):
    database = Database(folder)
    records = SqliteRecords(database)
    for number in range(200):
        records.create_person(a_person(str(number)))
    database.close()
    content = bytearray((folder / FILE).read_bytes())
    page = content.find(an_id("150").encode()) // 4096 * 4096
    content[page : page + 4096] = b"\xff" * 4096
    (folder / FILE).write_bytes(content)
    assert SqliteRecords(Database(folder)).problems() != []


def test_a_full_disk_is_said_to_be_full_and_nothing_is_changed(database, records):
    records.create_person(a_person())
    with database.transaction() as sql:
        sql.execute("PRAGMA max_page_count = 1")  # SQLite then acts as on a full disk.
    with pytest.raises(StoreUnavailable, match="full"):
        for number in range(500):
            records.create_person(a_person(str(number)))
    with database.transaction() as sql:
        sql.execute("PRAGMA max_page_count = 100000")
    assert records.person(an_id("ada")) == a_person()
    assert records.problems() == []
    records.create_person(a_person("after"))


def test_a_locked_database_is_said_to_be_busy(folder, monkeypatch):
    monkeypatch.setattr(database_module, "_PRAGMAS", ("PRAGMA busy_timeout = 50", *database_module._PRAGMAS[1:]))
    records = SqliteRecords(Database(folder))
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="busy"):
        records.create_person(a_person())
    other.close()
    records.create_person(a_person())


def test_who_reads_does_not_wait_for_who_waits_to_write(folder, records):
    """Another process holds SQLite's lock, and a thread of this one waits for it."""
    records.create_person(a_person())
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(target=records.create_person, args=(a_person("bob"),))
    waiting.start()
    try:
        time.sleep(0.2)
        assert records.person(an_id("ada")) == a_person()
        assert records.person(an_id("bob")) is None
        assert waiting.is_alive(), "it was read while the other waited"
    finally:
        other.close()
        waiting.join()
    assert records.person(an_id("bob")) == a_person("bob")


def test_inside_a_transaction_its_changes_are_read_and_outside_what_was_before(database):
    seen = []
    with database.transaction() as sql:
        sql.execute("INSERT INTO journal VALUES ('x')")
        assert [row["face_id"] for row in database.rows("SELECT * FROM journal")] == ["x"]
        reader = threading.Thread(target=lambda: seen.append(database.rows("SELECT * FROM journal")))
        reader.start()
        reader.join()
    assert seen == [[]]
    assert len(database.rows("SELECT * FROM journal")) == 1


def test_reading_changes_nothing(database):
    with pytest.raises(StoreUnavailable):
        database.rows("INSERT INTO journal VALUES ('x')")


def test_who_waits_too_long_for_the_others_is_told(folder, database, monkeypatch):
    monkeypatch.setattr(database_module, "PATIENCE_SECONDS", 0.05)
    context = multiprocessing.get_context("spawn")
    inside, leave = context.Event(), context.Event()
    process = context.Process(target=_be_inside, args=(folder, inside, leave))
    process.start()
    try:
        assert inside.wait(LONG)
        with pytest.raises(StoreUnavailable, match="busy"), database.exclusively():
            pass
    finally:
        leave.set()
        process.join()
    with database.exclusively():
        pass


def _be_inside(folder: Path, inside, leave) -> None:
    with Database(folder).exclusively():
        inside.set()
        leave.wait(LONG)


@pytest.mark.parametrize("readonly", ["folder", "file"])
def test_a_read_only_store_is_said_to_be_one(readonly):
    with tempfile.TemporaryDirectory() as name:  # Another user can reach it, unlike pytest's own folders.
        top = Path(name)
        top.chmod(0o755)
        folder = top / "data"
        Database(folder).close()
        folder.chmod(0o555 if readonly == "folder" else 0o755)
        (folder / FILE).chmod(0o444)
        assert "can't be written" in _failure_of_another_user(folder)


def _failure_of_another_user(folder: Path) -> str:
    """What opening says in a process that has no rights but those everybody has."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("forkserver").Process(target=_open_without_rights, args=(folder, sender))
    process.start()
    sender.close()
    process.join(30)
    return receiver.recv() if receiver.poll() else "nothing"


def _open_without_rights(folder: Path, answer) -> None:
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    try:
        Database(folder)
    except StoreUnavailable as error:
        answer.send(str(error))
