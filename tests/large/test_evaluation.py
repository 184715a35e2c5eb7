"""A model asked about the faces by several Beam workers: as if by one, and once."""

import os
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from fers.adapters import registry
from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.people import OPERATOR
from fers.storage.sqlite.answers import SqliteAnswers
from fers.storage.sqlite.database import Database
from tests.large import beam
from tests.people import EVERYTHING, give_face, participant
from tests.waiting import LONG, wait_until

pytestmark = pytest.mark.slow
MODEL = "vgg13-ferplus"
FACES = 120
COMMAND = ("evaluate", MODEL, "--engine", "beam", "--workers", 2)


@pytest.fixture
def filled(platform, clock, settings):
    """A store with many faces that models may be asked about, and one that they may not."""
    clock.moment = datetime.now(UTC)  # Commands live in the present, where older faces are overdue.
    ada = participant(platform)
    for _ in range(FACES):
        give_face(platform, ada)
    give_face(platform, participant(platform, "eve@example.org", EVERYTHING - {Purpose.TRAIN}))
    return settings


def answers(settings):
    store = SqliteAnswers(Database(settings.data))
    return dict(store.answers(registry(settings).find(MODEL).info.fingerprint)), store.runs()


def test_several_workers_leave_what_one_process_leaves(filled, tmp_path):
    alone = replace(filled, data=tmp_path / "alone")
    shutil.copytree(filled.data, alone.data)
    assemble(alone).arena.evaluate(OPERATOR, MODEL)
    beam.run(filled, *COMMAND)
    expected, [expected_run] = answers(alone)
    given, [run] = answers(filled)
    assert list(given) == list(expected)
    assert len(given) == FACES
    np.testing.assert_array_equal(list(given.values()), list(expected.values()))
    assert (run.fingerprint, run.model_version) == (expected_run.fingerprint, expected_run.model_version)
    assert run.milliseconds > 0


def test_killed_and_started_again_it_asks_about_the_rest_and_then_about_nothing(filled, tmp_path):
    killed = beam.start(filled, *COMMAND, log=tmp_path / "printed")
    wait_until(lambda: answers(filled)[0])
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before, _ = answers(filled)
    assert 0 < len(before) < FACES
    assert answers(filled)[1] == [], "a run that was killed is not complete"
    beam.run(filled, *COMMAND)
    after, runs = answers(filled)
    assert len(after) == FACES
    beam.run(filled, *COMMAND)
    assert answers(filled)[1] == runs, "a run that asks about nothing changes nothing"


def test_an_unknown_model_is_said_before_any_work(filled):
    log = filled.data.parent / "printed"
    assert beam.start(filled, "evaluate", "fersnet", "--engine", "beam", log=log).wait(2 * LONG) == 1
    assert "There is no model called fersnet." in log.read_text()
