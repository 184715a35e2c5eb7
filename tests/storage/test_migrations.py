"""Steps are taken once, whole, and in order."""

import json
import sqlite3
from datetime import timedelta

import pytest

from fers.domain.audit import AuditEntry, broken_seals
from fers.domain.consent import Purpose
from fers.domain.exploring import FaceFilter
from fers.domain.people import Identity
from fers.domain.review import Progress
from fers.domain.snapshots import SHARED
from fers.errors import StoreUnavailable
from fers.storage.database import FILE, Database
from fers.storage.documents import face_to_document, time_to_text
from fers.storage.embedded_face_index import EmbeddedFaceIndex
from fers.storage.embedded_labels import EmbeddedLabels
from fers.storage.embedded_records import EmbeddedRecords
from fers.storage.embedded_sign_in import EmbeddedSignIn
from fers.storage.embedded_snapshots import EmbeddedSnapshots
from fers.storage.migrations import MIGRATIONS, migrate
from fers.storage.snapshot_documents import snapshot_to_document
from tests.contracts.samples import NOON, a_face, a_snapshot, an_entry, an_id


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


def test_what_an_older_store_holds_is_sealed_indexed_and_can_be_reviewed(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:2])
    document = face_to_document(a_face())
    columns = [document.pop(column) for column in ("id", "person_id", "study_id", "given_at", "purge_at")]
    older.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", (*columns, json.dumps(document)))
    for number in range(3):
        entry = (time_to_text(NOON), "system", f"did {number}", "it")
        older.execute("INSERT INTO audit (at, actor_role, action, subject) VALUES (?, ?, ?, ?)", entry)
    older.close()
    database = Database(folder)
    records = EmbeddedRecords(database)
    assert [entry.action for entry in records.audit()] == ["did 0", "did 1", "did 2"]
    records.append_audit(AuditEntry(NOON, "system", "did 3", "it"))
    assert broken_seals(records.sealed_audit()) == []
    assert EmbeddedFaceIndex(database).newest(an_id("faces"), FaceFilter(), 9) == [a_face()]
    assert EmbeddedLabels(database).progress(an_id("faces"), 3) == Progress(open=1, done=0, labels=0)
    database.close()


def test_versions_of_an_older_store_keep_the_entries_that_they_may(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:15])
    said = snapshot_to_document(a_snapshot())
    columns = [said.pop(column) for column in ("id", "study_id", "name", "created_at")]
    older.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)", (*columns, json.dumps(said)))
    for name, purposes in {"shared": SHARED, "narrowed": {Purpose.STORE, Purpose.TRAIN}}.items():
        face = json.dumps({"purposes": sorted(purposes)})
        older.execute("INSERT INTO faces VALUES (?, 'p', 's', '2026', '2030', ?)", (an_id(name), face))
        entry = json.dumps(an_entry(name).as_document())
        older.execute("INSERT INTO snapshot_entries VALUES (?, 'train', ?, ?)", (a_snapshot().id, an_id(name), entry))
    older.close()
    database = Database(folder)
    store = EmbeddedSnapshots(database)
    assert store.snapshots(an_id("faces")) == [a_snapshot()]
    assert list(store.entries(a_snapshot().id)) == [an_entry("shared")]
    database.close()


def test_earlier_identities_still_open_their_accounts(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:15])
    older.execute("INSERT INTO identities VALUES ('https://accounts.example.org', '1234', 'ada')")
    older.close()
    database = Database(folder)
    sign_in = EmbeddedSignIn(database, lambda: NOON, timedelta(hours=1), timedelta(hours=8))
    assert sign_in.person_by_identity(Identity("https://accounts.example.org", "1234")) == "ada"
    database.close()


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
