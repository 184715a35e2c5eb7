"""The official emulator of Firebase Auth, from npm's firebase-tools, in a process of its own.

It takes every API key for the same project, sends no mail (`mails` shows what it would send), signs nothing
(firebase-admin accepts that from it) and never slows down guesses: FERS's own throttle does that.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.waiting import LONG

from .node import SERVERS, node

PROJECT = "demo-fers"


@contextmanager
def auth() -> Iterator[str]:
    """The address of a fresh emulator, which ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        emulators = {"auth": {"host": "127.0.0.1", "port": port}, "ui": {"enabled": False}, "singleProjectMode": False}
        emulators |= {name: {"host": "127.0.0.1", "port": _free_port()} for name in ("hub", "logging")}
        Path(folder, "firebase.json").write_text(json.dumps({"emulators": emulators}))
        program = SERVERS / "node_modules" / "firebase-tools" / "lib" / "bin" / "firebase.js"
        command = [node(), str(program), "emulators:start", "--only", "auth", "--project", PROJECT]
        environment = os.environ | {"HOME": folder, "CI": "1"}
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _wait_for(port, process)
                yield f"127.0.0.1:{port}"
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(LONG)


def mails() -> list[dict]:
    """What was written to people: `email`, `requestType`, `oobLink`, oldest first."""
    return requests.get(f"{_project()}/oobCodes", timeout=LONG).json()["oobCodes"]


def forget_everybody() -> None:
    requests.delete(f"{_project()}/accounts", timeout=LONG).raise_for_status()


def _project() -> str:
    return f"http://{os.environ['FIREBASE_AUTH_EMULATOR_HOST']}/emulator/v1/projects/{PROJECT}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise RuntimeError("the Auth emulator did not start")
