"""Backups: consistent while people go on, and never a way back for what somebody withdrew."""

import shutil
import sqlite3
from dataclasses import replace

import pytest
from click.testing import CliRunner

from fers import adapters, assembly
from fers.assembly import assemble
from fers.cli import store
from fers.cli.main import main
from fers.domain.consent import Purpose
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
