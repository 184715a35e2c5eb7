"""Killed at any moment, FERS keeps every face that it said was stored, whole, and nothing of any other."""

import itertools
import multiprocessing
import random
import signal
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from fers.adapters import open_stores
from fers.assembly import Platform, assemble
from fers.config import Settings
from fers.storage import sqlite
from tests.people import OneFace, OneModel, draft, give_face, participant
from tests.waiting import LONG, wait_until

from .giver import give_and_withdraw
from .leaving import check_gone, finish_leaving, leave_and_die, opened, somebody_leaving

KILLS = 50
_fork_server = multiprocessing.get_context("forkserver")
_NEEDED = (give_and_withdraw.__module__, leave_and_die.__module__, sqlite.__name__)
_fork_server.set_forkserver_preload(list(_NEEDED))  # So that a new process is there at once.


@dataclass(frozen=True)
class Diary:
    """What the processes wrote down before and after each thing they did."""

    path: Path

    def lines(self) -> int:
        return self.path.read_bytes().count(b"\n")

    def read(self) -> dict[str, set[str]]:
        done = defaultdict(set)
        for line in self.path.read_text().splitlines():
            what, face_id = line.split()
            done[what].add(face_id)
        return done


def reopened(settings: Settings) -> Platform:
    return assemble(settings, models=OneModel(), detector=OneFace())


def give_until_killed(settings, person, started, diary: Diary, chance: random.Random) -> None:
    """Kill the process at its start (it settles first), or somewhere in one of the first things it does: these are
    counted, and timed on the way, since a busy machine takes many times as long for each."""
    before = diary.lines()
    work = (settings, person, started, diary.path, chance.random())
    process = _fork_server.Process(target=give_and_withdraw, args=work)
    process.start()
    a_step = 0.1
    if chance.random() < 0.8:
        wait_until(lambda: diary.lines() > before or not process.is_alive())
        began, steps = time.monotonic(), chance.randrange(1, 9)
        wait_until(lambda: diary.lines() > before + steps or not process.is_alive())
        a_step = (time.monotonic() - began) / steps
    time.sleep(chance.uniform(0, a_step))
    assert process.exitcode is None, "the process failed by itself"
    process.kill()
    process.join()


def check_sound(settings, person, diary: Diary) -> None:
    platform = reopened(settings)
    assert platform.doctor.examine() == []
    listed = [face.id for face in platform.data_export.faces(person)]
    faces, done = set(listed), diary.read()
    assert len(listed) == len(faces)
    assert done["gave"] - done["withdrawing"] <= faces, "a face that was reported as stored is lost"
    assert faces <= done["giving"]
    assert not faces & done["withdrew"], "a withdrawn face is back"
    files = {path.name for path in (settings.data / "images").rglob("*") if path.is_file()}
    assert files == {f"{face_id}.jpg" for face_id in faces}, "files and faces differ"


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_whole_faces_or_nothing(settings, tmp_path):
    platform = reopened(settings)
    person = participant(platform)
    started = draft(platform, person)
    diary, chance = Diary(tmp_path / "diary"), random.Random(20260501)
    diary.path.touch()
    for _ in range(KILLS):
        give_until_killed(settings, person, started, diary, chance)
        check_sound(settings, person, diary)
    done = diary.read()
    interrupted = (done["giving"] - done["gave"]) | (done["withdrawing"] - done["withdrew"])
    assert len(interrupted) > KILLS / 4, "too few kills hit work in progress to prove anything"
    assert len(done["withdrew"]) > KILLS / 4


@pytest.mark.slow
def test_killed_at_any_step_of_withdrawing_everything_a_person_is_gone_in_the_end(settings):
    stores = open_stores(settings)
    platform = opened(settings, stores)
    other = give_face(platform, participant(platform))
    for calls in itertools.count():
        person = somebody_leaving(platform, stores, other)
        give_face(platform, person)
        process = _fork_server.Process(target=leave_and_die, args=(settings, person, calls))
        process.start()
        process.join(LONG)
        if process.exitcode != -signal.SIGKILL:
            break
        finish_leaving(settings, stores, person)
    assert process.exitcode == 0
    check_gone(stores, person)
    assert calls >= 20
    assert list(stores.records.faces()) == [other]
    assert platform.doctor.examine() == []
