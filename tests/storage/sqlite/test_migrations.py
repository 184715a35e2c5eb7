"""Steps are taken once, whole, and in order."""

import hashlib
import json
import resource
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.audit import AuditEntry, broken_seals
from fers.domain.consent import ConsentText, Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.labels import only
from fers.domain.people import Identity
from fers.domain.review import Progress
from fers.domain.versions import SHARED
from fers.errors import StoreUnavailable
from fers.storage.shared.documents import face_to_document, label_to_document, time_to_text
from fers.storage.shared.version_documents import version_to_document
from fers.storage.sqlite import database as database_module
from fers.storage.sqlite.database import BEFORE, FILE, Database
from fers.storage.sqlite.face_index import SqliteFaceIndex
from fers.storage.sqlite.labels import SqliteLabels
from fers.storage.sqlite.migrations import MIGRATIONS, migrate
from fers.storage.sqlite.records import SqliteRecords
from fers.storage.sqlite.sign_in import SqliteSignIn
from fers.storage.sqlite.versions import SqliteDatasetVersions
from tests.contracts.samples import NOON, a_face, a_label, a_version, an_entry, an_id

SAD, FEAR = Emotion.SAD, Emotion.FEAR


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
    records = SqliteRecords(database)
    assert [entry.action for entry in records.audit()] == ["did 0", "did 1", "did 2"]
    records.append_audit(AuditEntry(NOON, "system", "did 3", "it"))
    assert broken_seals(records.sealed_audit()) == []
    assert [found.face for found in SqliteFaceIndex(database).newest(an_id("faces"), FaceFilter(), 9)] == [a_face()]
    assert SqliteLabels(database).progress(an_id("faces"), 3) == Progress(open=1, done=0, labels=0)
    database.close()


def test_versions_of_an_older_store_keep_the_entries_that_they_may(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:15])
    said = version_to_document(a_version())
    columns = [said.pop(column) for column in ("id", "study_id", "name", "created_at")]
    older.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)", (*columns, json.dumps(said)))
    for name, purposes in {"shared": SHARED, "narrowed": {Purpose.STORE, Purpose.TRAIN}}.items():
        face = json.dumps({"purposes": sorted(purposes)})
        older.execute("INSERT INTO faces VALUES (?, 'p', 's', '2026', '2030', ?)", (an_id(name), face))
        entry = json.dumps(an_entry(name).as_document())
        older.execute("INSERT INTO snapshot_entries VALUES (?, 'train', ?, ?)", (a_version().id, an_id(name), entry))
    older.close()
    database = Database(folder)
    store = SqliteDatasetVersions(database)
    assert store.of_study(an_id("faces")) == [a_version()]
    assert list(store.entries(a_version().id)) == [an_entry("shared")]
    database.close()


def test_what_was_removed_before_is_kept_out(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:15])
    for subject, action in {"one": "removed a face: it shows no face", "two": "withdrew a face"}.items():
        entry = (time_to_text(NOON), "administrator", action, subject, "ada", "s", "seal")
        columns = "at, actor_role, action, subject, actor, study_id, sha256"
        older.execute(f"INSERT INTO audit ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", entry)
    older.close()
    database = Database(folder)
    assert SqliteRecords(database).kept_out("s") == {"one"}
    database.close()


def test_own_labels_of_sets_imported_before_are_told_from_those_of_annotators(folder):
    study, nobody = an_id("faces"), hashlib.sha256(f"{an_id('faces')}\nfolder:a set".encode()).hexdigest()[:32]
    label = label_to_document(a_label(valence=0.1))
    del label["of_a_set"]
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:27])
    terms = ConsentText.of_a_set("# Imported from folder:a set\n\nLicence: CC0")
    older.execute("INSERT INTO consent_texts VALUES (?, ?)", (terms.sha256, terms.body))
    consent = (an_id("consent"), an_id("ada"), study, terms.version, terms.sha256, "[]", time_to_text(NOON))
    older.execute(f"INSERT INTO consents VALUES (1, {', '.join('?' * 7)})", consent)
    face = face_to_document(a_face())
    columns = [face.pop(column) for column in ("id", "person_id", "study_id", "given_at", "purge_at")]
    older.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", (*columns, json.dumps(face)))
    for annotator in (nobody, an_id("ann")):
        said = json.dumps(label | {"annotator_id": annotator})
        older.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", (an_id("face"), annotator, study, said))
    older.close()
    database = Database(folder)
    labels = {label.annotator_id: label for label in SqliteLabels(database).labels_of(an_id("face"))}
    assert labels[an_id("ann")] == a_label(valence=0.1)
    assert labels[nobody] == replace(a_label(valence=0.1), annotator_id=nobody, of_a_set=True)
    database.close()


def test_earlier_identities_still_open_their_accounts(folder):
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:15])
    older.execute("INSERT INTO identities VALUES ('https://accounts.example.org', '1234', 'ada')")
    older.close()
    database = Database(folder)
    sign_in = SqliteSignIn(database, lambda: NOON, timedelta(hours=1), timedelta(hours=8))
    assert sign_in.person_by_identity(Identity("https://accounts.example.org", "1234")) == "ada"
    database.close()


def test_what_annotators_said_before_decides_classes_and_places(folder):
    """Of two faces that wait for a third label, the one whose labels tie waits whatever the study asks for."""
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:17])
    for name, seen in {"agreed": (SAD, SAD), "tied": (SAD, FEAR), "unseen": ()}.items():
        face = face_to_document(a_face(name))
        columns = [face.pop(column) for column in ("id", "person_id", "study_id", "given_at", "purge_at")]
        older.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", (*columns, json.dumps(face)))
        older.execute(
            "INSERT INTO face_facts (face_id, study_id, week, label, disputed, source, confidence, given_at,"
            " disagreement, reviewable) VALUES (?, ?, '2026-04-27', 1, 1, 0, 1, ?, 0.2, 1)",
            (an_id(name), an_id("faces"), time_to_text(NOON)),
        )
        for annotator, emotion in zip("ab", seen, strict=False):
            label = label_to_document(a_label(name, annotator, distribution=only(emotion)))
            values = (an_id(name), an_id(annotator), an_id("faces"), json.dumps(label))
            older.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", values)
    older.close()
    database = Database(folder)
    index, labels = SqliteFaceIndex(database), SqliteLabels(database)
    found = {one.face.id: (one.label, one.reviewed) for one in index.newest(an_id("faces"), FaceFilter(), 9)}
    assert found == {
        an_id("agreed"): (SAD, True),
        an_id("tied"): (None, True),
        an_id("unseen"): (Emotion.HAPPY, False),
    }
    counts = {count.label: count.count for count in index.counts(an_id("faces"), FaceFilter())}
    assert counts == {SAD: 1, None: 1, Emotion.HAPPY: 1}
    assert list(index.own_labels(an_id("faces")).values()) == [3]
    assert labels.progress(an_id("faces"), 2) == Progress(open=2, done=1, labels=4)
    assert labels.progress(an_id("faces"), 3) == Progress(open=3, done=0, labels=4)
    database.close()


def test_labels_of_sets_leave_their_places_to_annotators(folder):
    """One face has a set's label alone, another one a set's and an annotator's that ties with it."""
    folder.mkdir()
    older = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(older, MIGRATIONS[:34])
    for name, seen in {"alone": (SAD,), "tied": (SAD, FEAR)}.items():
        face = face_to_document(a_face(name))
        columns = [face.pop(column) for column in ("id", "person_id", "study_id", "given_at", "purge_at")]
        older.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", (*columns, json.dumps(face)))
        older.execute(
            "INSERT INTO face_facts (face_id, study_id, week, label, disputed, source, confidence, given_at,"
            " disagreement, reviewable, wanted) VALUES (?, ?, '2026-04-27', 1, 1, 0, 1, ?, 0.2, 1, ?)",
            (an_id(name), an_id("faces"), time_to_text(NOON), 3 * (len(seen) > 1)),
        )
        for annotator, emotion in zip(("the set", "ann"), seen, strict=False):
            said = a_label(name, annotator, distribution=only(emotion), of_a_set=annotator == "the set")
            values = (an_id(name), an_id(annotator), an_id("faces"), json.dumps(label_to_document(said)))
            older.execute("INSERT INTO labels VALUES (?, ?, ?, ?)", values)
    older.close()
    database = Database(folder)
    labels = SqliteLabels(database)
    for slots, left in ((1, 1), (2, 1), (3, 2)):
        assert labels.progress(an_id("faces"), slots) == Progress(open=2, done=0, labels=3)
        got = [labels.reserve(an_id("tied"), an_id(name), slots, NOON, NOON + timedelta(1)) for name in "xyz"]
        assert got.count(True) == left
        for name in "xyz":
            labels.release(an_id("tied"), an_id(name))
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


def test_a_database_of_the_commit_that_took_a_step_out_of_turn_opens(connection):
    migrate(connection, MIGRATIONS[:6] + (MIGRATIONS[8],))
    assert version(connection) == 7
    migrate(connection)
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate(fresh)
    assert (shape(connection), version(connection)) == (shape(fresh), len(MIGRATIONS))
    fresh.close()


def test_what_a_database_was_before_it_is_migrated_is_left_beside_it(tmp_path):
    (tmp_path / FILE).touch()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:-1])
        old.execute("INSERT INTO people VALUES ('ada', 'participant', '2026', 0)")
    database = Database(tmp_path)
    with closing(sqlite3.connect(tmp_path / BEFORE)) as before:
        assert version(before) == len(MIGRATIONS) - 1
        assert before.execute("SELECT id FROM people").fetchall() == [("ada",)]
    assert (tmp_path / BEFORE).stat().st_mode & 0o077 == 0
    SqliteRecords(database).delete_person("ada")
    assert not (tmp_path / BEFORE).exists(), "what people take back is in no file any more"
    database.close()


def test_a_copy_for_which_there_is_no_room_takes_none(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:-1])
        old.execute("CREATE TABLE much AS SELECT zeroblob(1000000)")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        with pytest.raises(StoreUnavailable):
            Database(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not (tmp_path / BEFORE).exists()
    Database(tmp_path).close()
    assert (tmp_path / BEFORE).stat().st_size > 1_000_000


def test_what_is_erased_as_the_server_is_killed_is_in_no_copy_of_before_the_update(tmp_path, monkeypatch):
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:-1])
        old.execute("INSERT INTO people VALUES ('ada', 'participant', '2026', 0)")
    database = Database(tmp_path)
    monkeypatch.setattr(database, "_empty_log", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        SqliteRecords(database).delete_person("ada")
    assert database.rows("SELECT id FROM people") == []
    assert not (tmp_path / BEFORE).exists()
    database.close()


def test_after_an_update_that_broke_off_between_two_steps_the_copy_is_of_before_its_first(tmp_path, monkeypatch):
    (tmp_path / FILE).touch()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:-2])

    def breaks_off(connection):
        migrate(connection, MIGRATIONS[:-1])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(database_module, "migrate", breaks_off)
        Database(tmp_path)
    Database(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / BEFORE)) as before:
        assert version(before) == len(MIGRATIONS) - 2


def test_the_copy_that_an_update_leaves_takes_the_place_of_the_one_before(tmp_path):
    for file, taken in ((BEFORE, len(MIGRATIONS) - 2), (FILE, len(MIGRATIONS) - 1)):
        with closing(sqlite3.connect(tmp_path / file, isolation_level=None)) as old:
            migrate(old, MIGRATIONS[:taken])
    Database(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / BEFORE)) as before:
        assert version(before) == len(MIGRATIONS) - 1


def test_a_new_database_has_nothing_before_it(tmp_path):
    Database(tmp_path).close()
    Database(tmp_path).close()
    assert not (tmp_path / BEFORE).exists()
