"""Whether a process that the app started did what it was to do."""

import pytest

from fers.storage.sqlite.database import Database
from fers.ui.web.processes import Processes
from tests.waiting import wait_until

NAME = "a shadow with nothing to do"
COMMAND = ("shadow", "vgg13-ferplus")


@pytest.fixture
def processes(tmp_path, monkeypatch, started):
    monkeypatch.setenv("FERS_DATA", str(tmp_path))
    processes = Processes()
    processes.start(NAME, *COMMAND)
    return processes


def test_one_that_is_killed_has_failed(processes, started):
    [process] = started
    assert not processes.has_failed(NAME)
    process.kill()
    wait_until(lambda: not processes.is_running(NAME))
    assert processes.has_failed(NAME)


def test_one_that_is_stopped_has_not(processes):
    processes.stop(NAME)
    assert not processes.is_running(NAME)
    assert not processes.has_failed(NAME)


def test_one_works_in_the_folder_that_fers_was_started_from(tmp_path, monkeypatch, started):
    monkeypatch.chdir(tmp_path)
    for variable in ("FERS_DATA", "PYTHONPATH"):
        monkeypatch.delenv(variable, raising=False)
    Database(tmp_path / "data").close()
    processes = Processes()
    processes.start(NAME, "doctor")
    wait_until(lambda: not processes.is_running(NAME))
    assert not processes.has_failed(NAME)
    assert (tmp_path / "data" / "images").is_dir()
