"""The sample study is a process of its own, for whoever runs the installation."""

import json
import os
import socket
import subprocess
import sys

import pytest

from fers.domain.people import OPERATOR
from fers.errors import NotPermitted
from fers.ui.web.sample_study import Running, SampleStudy
from tests.people import participant
from tests.waiting import LONG


class Waits:
    """In the place of `fers demo`: a process that only waits."""

    def __init__(self, commands: list):
        self._commands, self._popen = commands, subprocess.Popen

    def __call__(self, command, **more):
        self._commands.append(command)
        return self._popen([sys.executable, "-c", "import time; time.sleep(600)"], **more)


@pytest.fixture
def commands(started, monkeypatch):
    commands = []
    monkeypatch.setattr(subprocess, "Popen", Waits(commands))
    return commands


def test_it_is_there_once_it_is_made_and_answers(tmp_path, commands):
    sample = SampleStudy(tmp_path / "demo")
    assert sample.running(OPERATOR) is None
    sample.start(OPERATOR)
    sample.start(OPERATOR)
    [command] = commands
    port = int(command[command.index("--port") + 1])
    assert command[command.index("--folder") + 1] == str(tmp_path / "demo")
    assert command[command.index("--ends-with") + 1] == str(os.getpid())
    (tmp_path / "demo").mkdir()
    mark = tmp_path / "demo" / "demo.json"
    mark.write_text(json.dumps({"password": "open sesame", "is_done": False}))
    with socket.create_server(("127.0.0.1", port)):
        assert sample.running(OPERATOR) is None, "it is half made"
        mark.write_text(json.dumps({"password": "open sesame", "is_done": True}))
        assert sample.running(OPERATOR) == Running(port, "open sesame")
    sample.stop(OPERATOR)
    assert not sample.is_starting(OPERATOR) and sample.running(OPERATOR) is None


def test_only_whoever_runs_the_installation_has_one_made(platform, tmp_path, commands):
    sample, ada = SampleStudy(tmp_path / "demo"), participant(platform)
    for ask in (sample.start, sample.stop, sample.is_starting, sample.has_failed, sample.running):
        with pytest.raises(NotPermitted):
            ask(ada)
    assert commands == []


CHILD = """
import os, time
from fers.cli.ending import end_with
end_with(os.getppid())
print("up", flush=True)
time.sleep(600)
"""
SERVER = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {CHILD!r}])
time.sleep(600)
"""


def test_it_ends_with_the_server_that_started_it():
    """Both write to one pipe, which closes when the last of them is gone."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"up\n"
        server.kill()
        server.communicate(timeout=LONG)
