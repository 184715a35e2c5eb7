"""What was deleted is in no file any more, not even in free space or in the write-ahead log."""

import random
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.versions import SHARED
from fers.errors import NotFound, StoreUnavailable
from fers.storage.sqlite import database as database_module
from fers.storage.sqlite.database import FILE, Database
from fers.storage.sqlite.groups import SqliteGroups
from fers.storage.sqlite.records import SqliteRecords
from fers.storage.sqlite.replies import SqliteReplies
from fers.storage.sqlite.sign_in import SqliteSignIn
from fers.storage.sqlite.versions import SqliteDatasetVersions
from tests.contracts.reply_store_contract import a_reply
from tests.contracts.samples import FakeClock, a_consent, a_description, a_face, a_person, an_id

MARKER = "unmistakable-marker"


def a_marked_face(number: int):
    face = a_face(str(number))
    return replace(face, image=replace(face.image, sha256=marker(number)))


def marker(number: int) -> str:
    return f"<{MARKER}-{number}>" * 9


def test_deleted_faces_leave_nothing_however_the_pages_were_rearranged(records, bytes_on_disk):
    records.create_person(a_person())
    chance = random.Random(1)
    kept = set(range(300))
    for number in kept:
        records.create_face(a_marked_face(number))
    assert marker(7).encode() in bytes_on_disk()
    for round_ in range(6):
        gone = set(chance.sample(sorted(kept), 40))
        for number in gone:
            records.delete_face(an_id(str(number)))
        kept -= gone
        left = bytes_on_disk()
        assert [number for number in range(300) if f"<{MARKER}-{number}>".encode() in left] == sorted(kept), round_


def test_a_deleted_face_that_fills_many_pages_leaves_nothing(records, bytes_on_disk):
    records.create_person(a_person())
    face = a_face()
    records.create_face(replace(face, image=replace(face.image, sha256=MARKER * 5000)))
    records.delete_face(face.id)
    assert MARKER.encode() not in bytes_on_disk()


def test_the_crop_of_a_deleted_face_leaves_nothing(database, records, bytes_on_disk):
    records.create_person(a_person())
    records.create_face(face := a_face(purposes=SHARED))
    SqliteDatasetVersions(database).keep_crops({face.id: MARKER.encode() * 5000}, "encoder")
    assert MARKER.encode() in bytes_on_disk()
    records.delete_face(face.id)
    assert MARKER.encode() not in bytes_on_disk()


def test_what_a_face_was_before_an_update_leaves_with_it(records, bytes_on_disk):
    records.create_person(a_person())
    records.create_face(a_marked_face(1))
    records.update_face(replace(a_face(), id=an_id("1")))
    records.delete_face(an_id("1"))
    assert MARKER.encode() not in bytes_on_disk()


def test_a_deleted_person_leaves_nothing(records, bytes_on_disk):
    records.create_person(a_person(MARKER))
    records.create_consent(a_consent("hers", person=MARKER))
    records.delete_person(an_id(MARKER))
    assert an_id(MARKER).encode() not in bytes_on_disk()


def test_a_forgotten_person_leaves_no_email(database, bytes_on_disk):
    sign_in = SqliteSignIn(database, FakeClock(), timedelta(hours=1), timedelta(hours=2))
    sign_in.register("ada", f"{MARKER}@example.org", "correct horse battery")
    assert sign_in.check_password(f"{MARKER}@example.org", "wrong") is None
    sign_in.open_session("ada")
    assert MARKER.encode() in bytes_on_disk()
    sign_in.forget("ada")
    assert MARKER.encode() not in bytes_on_disk()
    assert database.rows("SELECT * FROM throttles") == []


def test_secrets_are_never_on_the_disk(database, bytes_on_disk):
    sign_in = SqliteSignIn(database, FakeClock(), timedelta(hours=1), timedelta(hours=2))
    sign_in.register("ada", "ada@example.org", MARKER)
    code, token, setup = sign_in.register_code("bob"), sign_in.open_session("ada"), sign_in.issue_setup_token()
    on_disk = bytes_on_disk()
    assert not [secret for secret in (MARKER, code, code.replace("-", ""), token, setup) if secret.encode() in on_disk]


def test_a_reader_that_keeps_deleted_bytes_alive_is_told_of_and_the_next_try_clears_them(
    folder, bytes_on_disk, monkeypatch
):
    patient = "PRAGMA busy_timeout = 50"
    monkeypatch.setattr(database_module, "_PRAGMAS", (patient, *database_module._PRAGMAS[1:]))
    records = SqliteRecords(Database(folder))
    records.create_person(a_person())
    records.create_face(a_marked_face(1))
    reader = sqlite3.connect(folder / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM faces").fetchall()
    with pytest.raises(StoreUnavailable):
        records.delete_face(an_id("1"))
    assert records.face(an_id("1")) is None
    reader.close()
    records.delete_face(an_id("1"))
    assert MARKER.encode() not in bytes_on_disk()


def test_whoever_answers_for_the_first_time_waits_for_no_reader_and_leaves_nothing_when_they_answer_again(
    folder, database, records, bytes_on_disk
):
    """A copy for a backup is read for minutes where the store is large."""
    replies, groups = SqliteReplies(database), SqliteGroups(database)
    records.create_person(a_person())
    reader = sqlite3.connect(folder / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM people").fetchall()
    started = time.monotonic()
    replies.save_replies([a_reply(value=MARKER)])
    groups.save_description(a_description())
    assert time.monotonic() - started < database_module.PATIENCE_SECONDS / 2
    reader.close()
    replies.save_replies([a_reply(value="something else")])
    assert [reply.value for reply in replies.all_replies_of(an_id("ada"))] == ["something else"]
    assert MARKER.encode() not in bytes_on_disk()


def test_people_who_read_all_the_time_keep_nothing_alive(records, bytes_on_disk):
    records.create_person(a_person())
    numbers = range(20)
    for number in numbers:
        records.create_face(a_marked_face(number))
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            list(records.faces())

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in numbers:
            records.delete_face(an_id(str(number)))
            assert f"<{MARKER}-{number}>".encode() not in bytes_on_disk()
    finally:
        over.set()
        for reader in readers:
            reader.join()


def test_reopening_clears_what_a_process_killed_while_deleting_left(folder, database, records, bytes_on_disk):
    records.create_person(a_person())
    records.create_face(a_marked_face(1))
    with database.transaction() as sql:  # The first half of an erasure.
        sql.execute("DELETE FROM faces")
    assert MARKER.encode() in bytes_on_disk()
    Database(folder).close()
    assert MARKER.encode() not in bytes_on_disk()


def test_a_face_cannot_be_stored_for_a_person_who_has_just_withdrawn(records):
    records.create_person(a_person())
    records.delete_person(an_id("ada"))
    with pytest.raises(NotFound):
        records.create_face(a_face())
    assert list(records.faces()) == []
