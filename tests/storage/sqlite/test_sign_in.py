"""What is particular to credentials in SQLite."""

import sqlite3
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from fers.storage.shared.credentials import Passwords
from fers.storage.sqlite.database import FILE
from fers.storage.sqlite.sign_in import SqliteSignIn
from tests.contracts.samples import FakeClock

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    return FakeClock()


def sign_in_with(database, clock, hasher=None) -> SqliteSignIn:
    return SqliteSignIn(database, clock, HOUR, 8 * HOUR, Passwords(hasher))


def test_nobody_waits_at_a_page_for_another_process_that_writes(folder, database, clock):
    sign_in = sign_in_with(database, clock)
    token = sign_in.open_session("ada")
    clock.advance(minutes=30)
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert sign_in.resume(token) == "ada"
    other.close()
    assert sign_in.resume(token) == "ada"  # From now on, that they were here is noted.
    clock.advance(minutes=45)
    assert sign_in.resume(token) == "ada"


def hashes(database) -> list[str]:
    return [row["hash"] for row in database.rows("SELECT hash FROM passwords")]


def test_passwords_are_kept_as_argon2id(database, clock):
    sign_in_with(database, clock).register("ada", EMAIL, PASSWORD)
    assert hashes(database)[0].startswith("$argon2id$")


def test_a_hash_with_old_parameters_is_renewed_at_the_next_sign_in(database, clock):
    sign_in_with(database, clock, PasswordHasher(time_cost=1, memory_cost=1024)).register("ada", EMAIL, PASSWORD)
    (old,) = hashes(database)
    today = sign_in_with(database, clock, PasswordHasher())
    assert today.check_password(EMAIL, "wrong") is None
    assert hashes(database) == [old]
    assert today.check_password(EMAIL, PASSWORD) == "ada"
    (new,) = hashes(database)
    assert not PasswordHasher().check_needs_rehash(new)
    assert today.check_password(EMAIL, PASSWORD) == "ada"
    assert hashes(database) == [new]


def test_resuming_writes_at_most_once_a_minute(database, clock):
    sign_in = sign_in_with(database, clock)
    token = sign_in.open_session("ada")
    seen = set()
    for _ in range(60):
        clock.advance(seconds=5)
        assert sign_in.resume(token) == "ada"
        seen.add(database.rows("SELECT seen_at FROM sessions")[0]["seen_at"])
    assert len(seen) == 6


def test_ended_sessions_and_old_failures_are_cleared_away(database, clock):
    sign_in = sign_in_with(database, clock)
    sign_in.open_session("ada")
    sign_in.check_code("0000")
    clock.advance(days=2)
    sign_in.open_session("bob")
    sign_in.check_code("1111")
    assert [row["person_id"] for row in database.rows("SELECT * FROM sessions")] == ["bob"]
    assert len(database.rows("SELECT * FROM throttles")) == 1
