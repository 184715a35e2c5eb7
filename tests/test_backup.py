"""Backups: consistent while people go on, and never a way back for what somebody withdrew."""

import os
import resource
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from fers import adapters, assembly
from fers.assembly import assemble
from fers.cli import store
from fers.cli.main import main
from fers.domain.consent import Purpose
from fers.errors import StoreUnavailable
from fers.storage.sqlite import backup
from tests.people import EVERYTHING, OneFace, OneModel, give_face, participant, pattern


@pytest.fixture
def open_store(clock):
    return lambda settings: assemble(settings, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def run(monkeypatch, settings, clock):
    """A command of `fers`, on the store in the settings or in another folder."""
    monkeypatch.setattr(adapters, "registry", lambda settings: OneModel())
    monkeypatch.setattr(adapters, "face_detector", OneFace)
    monkeypatch.setattr(assembly.assemble, "__kwdefaults__", assembly.assemble.__kwdefaults__ | {"now": clock})

    def run(*arguments, data=None):
        chosen = replace(settings, data=data or settings.data)
        monkeypatch.setattr(store.config, "load", lambda: chosen)
        return CliRunner().invoke(main, list(map(str, arguments)))

    return run


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


def faces_in(services) -> dict[str, set[Purpose]]:
    return {face.id: face.purposes for face in services.doctor._records.faces()}


def test_a_backup_taken_while_faces_come_and_go_is_sound(platform, run, backups, open_store, settings, tmp_path):
    person = participant(platform)
    given = [give_face(platform, person, picture=pattern(number)) for number in range(3)]
    taken = run("backup", backups)
    assert (taken.exit_code, taken.output.splitlines()[-1][:26]) == (0, "3 faces are in the backup ")
    restored = run("restore", backups, data=tmp_path / "restored")
    assert restored.exit_code == 0, restored.output
    assert "The store is sound." in restored.output
    again = open_store(replace(settings, data=tmp_path / "restored"))
    assert set(faces_in(again)) == {face.id for face in given}


def test_who_withdrew_after_the_backup_does_not_come_back_with_it(
    platform, run, backups, open_store, settings, tmp_path
):
    gone, stays = participant(platform), participant(platform, "bob@example.org")
    give_face(platform, gone)
    kept = give_face(platform, stays, picture=pattern(1))
    withdrawn = give_face(platform, stays, picture=pattern(2))
    run("backup", backups)
    platform.withdrawal.withdraw_everything(gone)
    platform.withdrawal.withdraw_face(stays, withdrawn.id)
    erased = settings.data / "erased.jsonl"
    assert run("restore", backups, "--erased", erased, data=tmp_path / "restored").exit_code == 0
    again = open_store(replace(settings, data=tmp_path / "restored"))
    assert set(faces_in(again)) == {kept.id}
    assert {person.id for person in again.doctor._records.people()} == {stays.id}
    assert again.doctor.examine() == []


def test_the_next_backup_lets_go_of_images_and_knows_what_was_withdrawn(
    platform, run, backups, settings, tmp_path, clock
):
    person = participant(platform)
    face = give_face(platform, person)
    run("backup", backups)
    assert list(backups.rglob("*.jpg"))
    platform.withdrawal.withdraw_face(person, face.id)
    run("backup", backups)
    assert not list(backups.rglob("*.jpg"))
    oldest = sorted(file.stem for file in (backups / "databases").iterdir())[0]
    shutil.rmtree(settings.data)  # And with it what it knew of withdrawals.
    assert run("restore", backups, "--name", oldest).exit_code == 0


def test_narrowed_purposes_stay_narrow(platform, run, backups, open_store, settings, tmp_path, clock):
    person = participant(platform)
    face = give_face(platform, person)
    run("backup", backups)
    clock.advance(minutes=1)
    less = EVERYTHING - {Purpose.PUBLISH}
    platform.consents.give(person, platform.consents.text(person).sha256, less, adult=True)
    run("restore", backups, "--erased", settings.data / "erased.jsonl", data=tmp_path / "restored")
    again = open_store(replace(settings, data=tmp_path / "restored"))
    assert faces_in(again)[face.id] == less


def test_an_old_database_put_back_by_hand_is_no_way_back_either(platform, settings, open_store):
    person = participant(platform)
    face = give_face(platform, person)
    with sqlite3.connect(settings.data / "fers.sqlite3") as live, sqlite3.connect(settings.data / "old") as old:
        live.backup(old)
    image = settings.data / "images" / face.id[:2] / f"{face.id}.jpg"
    pixels = image.read_bytes()
    platform.withdrawal.withdraw_everything(person)
    for leftover in settings.data.glob("fers.sqlite3*"):
        leftover.unlink()
    (settings.data / "old").rename(settings.data / "fers.sqlite3")
    image.write_bytes(pixels)
    again = open_store(settings)
    lost, withdrawn = again.doctor.examine()
    assert "missing at its end" in lost.problem  # The newest seal is of the database that was given up.
    assert withdrawn.repaired
    assert faces_in(again) == {}
    assert not image.exists()


def test_a_damaged_image_is_named_and_a_damaged_copy_is_mended(platform, run, backups, settings):
    face = give_face(platform, participant(platform))
    run("backup", backups)
    [copy] = backups.rglob("*.jpg")
    sound = copy.read_bytes()
    copy.write_bytes(b"rotten")
    assert run("backup", backups).exit_code == 0
    assert copy.read_bytes() == sound
    (settings.data / "images" / face.id[:2] / f"{face.id}.jpg").write_bytes(b"rotten")
    damaged = run("backup", backups)
    assert (damaged.exit_code, face.id in damaged.output) == (1, True)
    assert copy.read_bytes() == sound, "a sound copy is not given up for a damaged original"


def test_nothing_is_overwritten(platform, run, backups, settings):
    give_face(platform, participant(platform))
    run("backup", backups)
    refused = run("restore", backups)
    assert (refused.exit_code, "is not empty" in refused.output) == (1, True)
    assert run("restore", backups, "--name", "yesterday", data=settings.data / "new").exit_code == 1


def test_old_databases_make_room(platform, run, backups, monkeypatch):
    (backups / "databases").mkdir(parents=True)
    for day in range(1, 5):
        (backups / "databases" / f"2020-01-0{day}T000000Z.sqlite3").touch()
    run("backup", backups, "--keep", 2)
    names = sorted(file.stem for file in (backups / "databases").iterdir())
    assert len(names) == 2 and names[0] == "2020-01-04T000000Z"


def test_the_copies_are_for_nobody_elses_eyes(platform, run, backups):
    give_face(platform, participant(platform))
    run("backup", backups)
    for path in [backups, *backups.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_backup_keeps_its_copy_of_an_image_that_the_store_has_lost(
    platform, run, backups, open_store, settings, tmp_path
):
    face = give_face(platform, participant(platform))
    run("backup", backups)
    (settings.data / "images" / face.id[:2] / f"{face.id}.jpg").unlink()
    lost = run("backup", backups)
    assert (lost.exit_code, f"face {face.id}: its image is lost" in lost.output) == (1, True)
    assert run("restore", backups, data=tmp_path / "restored").exit_code == 0
    assert set(faces_in(open_store(replace(settings, data=tmp_path / "restored")))) == {face.id}


def test_a_backup_of_a_store_made_anew_takes_no_images_from_the_copies_before(
    platform, run, backups, open_store, settings, tmp_path
):
    """As a server makes one whose disk is not there, and a nightly job copies it."""
    face = give_face(platform, participant(platform))
    run("backup", backups)
    empty = replace(settings, data=tmp_path / "empty")
    open_store(empty)
    taken = run("backup", backups, data=empty.data)
    assert (taken.exit_code, "1 faces of the backup" in taken.output) == (1, True)
    [first, _] = backup.names(backups)
    assert run("restore", backups, "--name", first, data=tmp_path / "restored").exit_code == 0
    assert set(faces_in(open_store(replace(settings, data=tmp_path / "restored")))) == {face.id}


def test_an_image_leaves_with_the_last_copy_that_speaks_of_it(platform, run, backups, open_store, settings, tmp_path):
    give_face(platform, participant(platform))
    run("backup", backups)
    empty = replace(settings, data=tmp_path / "empty")
    open_store(empty)
    run("backup", backups, "--keep", 1, data=empty.data)
    assert not list(backups.rglob("*.jpg"))


def test_a_clock_that_was_set_back_makes_no_backup_the_oldest(platform, settings, backups, tmp_path):
    person, ahead = participant(platform), datetime(2030, 1, 1, tzinfo=UTC)
    give_face(platform, person)
    backup.take(settings.data, backups, ahead, keep=1)
    face = give_face(platform, person, picture=pattern(1))
    taken = backup.take(settings.data, backups, ahead - timedelta(days=900), keep=1)
    assert (taken.faces, backup.names(backups)) == (2, [taken.name])
    backup.restore(backups, tmp_path / "restored", None, None)
    assert list((tmp_path / "restored").rglob(f"{face.id}.jpg"))


def test_what_somebody_put_beside_the_copies_is_not_the_newest(platform, settings, backups, tmp_path):
    give_face(platform, participant(platform))
    taken = backup.take(settings.data, backups, datetime.now(UTC), keep=1)
    (backups / "databases" / "before the update.sqlite3").touch()
    assert backup.restore(backups, tmp_path / "restored", None, None) == taken.name


def test_what_a_killed_backup_left_goes_with_the_next(platform, settings, backups):
    face = give_face(platform, participant(platform))
    now = datetime.now(UTC)
    backup.take(settings.data, backups, now, keep=1)
    images = backups / "images" / face.id[:2]
    left = [
        backups / "databases" / "2026-01-01T000000Z.part",
        backups / "databases" / "2026-01-01T000000Z.part-journal",
        images / f"{face.id[:2]}01.0a0b.part",
    ]
    for file in left:
        file.write_bytes(b"a face")
        os.utime(file, (yesterday := (now - timedelta(days=1)).timestamp(), yesterday))
    busy = images / f"{face.id[:2]}02.0a0b.part"  # Another backup's, which is at work.
    busy.touch()
    backup.take(settings.data, backups, now, keep=1)
    assert [file for file in left if file.exists()] == []
    assert busy.exists()


def test_a_backup_for_which_there_is_no_room_takes_none(platform, settings, backups):
    give_face(platform, participant(platform))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(StoreUnavailable):
            backup.take(settings.data, backups, datetime.now(UTC), keep=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list((backups / "databases").iterdir()) == []


def test_a_store_is_no_backup_of_itself(platform, run, settings):
    face = give_face(platform, participant(platform))
    refused = run("backup", settings.data / "images" / "..")
    assert (refused.exit_code, "is the store itself" in refused.output) == (1, True)
    assert not (settings.data / "databases").exists()
    assert set(faces_in(platform)) == {face.id}


def test_what_was_taken_back_is_in_the_backup_also_where_its_images_find_no_room(
    platform, settings, backups, monkeypatch, tmp_path, open_store
):
    person = participant(platform)
    face, stays = give_face(platform, person), give_face(platform, person, picture=pattern(1))
    first = backup.take(settings.data, backups, datetime.now(UTC), keep=7)
    platform.withdrawal.withdraw_face(person, face.id)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_put", full)
        with pytest.raises(StoreUnavailable):
            backup.take(settings.data, backups, datetime.now(UTC) + timedelta(minutes=1), keep=7)
    backup.restore(backups, tmp_path / "restored", first.name, None)
    assert set(faces_in(open_store(replace(settings, data=tmp_path / "restored")))) == {stays.id}


def test_a_restore_that_ends_before_the_doctor_came_brings_nobody_back(
    platform, run, backups, open_store, settings, tmp_path, monkeypatch
):
    person, stays = participant(platform), participant(platform, "bob@example.org")
    give_face(platform, person)
    kept = give_face(platform, stays, picture=pattern(1))
    run("backup", backups)
    platform.withdrawal.withdraw_everything(person)
    with monkeypatch.context() as patch:
        patch.setattr(assembly, "assemble", lambda settings: 1 / 0)
        broken_off = run("restore", backups, "--erased", settings.data / "erased.jsonl", data=tmp_path / "restored")
    assert isinstance(broken_off.exception, ZeroDivisionError)
    again = open_store(replace(settings, data=tmp_path / "restored"))  # A server, say.
    assert set(faces_in(again)) == {kept.id}
    assert {one.id for one in again.doctor._records.people()} == {stays.id}


def test_a_restore_that_broke_off_leaves_no_place_for_a_new_store(platform, backups, settings, tmp_path, monkeypatch):
    """Which people would use, as if what is in the backup had never been."""
    give_face(platform, participant(platform))
    backup.take(settings.data, backups, datetime.now(UTC), keep=1)
    with monkeypatch.context() as patch:
        patch.setattr(backup, "_put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            backup.restore(backups, tmp_path / "restored", None, None)
    with pytest.raises(StoreUnavailable, match="broke off"):
        adapters.open_stores(replace(settings, data=tmp_path / "restored"))
