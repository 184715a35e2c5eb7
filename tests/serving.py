"""A true server, as `python -m fers serve` starts it, for tests that meet it from outside."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from fers.storage.firebase.client import open_firebase
from tests import REPOSITORY
from tests.servers.storage import ensure_bucket
from tests.waiting import LONG

fetch = partial(httpx.get, timeout=LONG)
SERVE = ("python", "-m", "fers", "serve")


@dataclass(frozen=True)
class Server:
    address: str
    data: Path
    printed: Path
    pid: int

    def setup_link(self) -> str:
        """The one-time link that the terminal shows."""
        return next(word for word in self.printed.read_text().split() if "/setup?token=" in word)

    def send(self, signal: int) -> None:
        """To the server and all processes that it started."""
        os.killpg(self.pid, signal)


def firebase_project() -> dict[str, str]:
    """The environment of a project of its own on the test servers, which run already."""
    name = f"demo-{secrets.token_hex(8)}"
    client = open_firebase(name, name)
    ensure_bucket(client)
    client.close()
    return {
        "FERS_STORE": "firebase",
        "FERS_FIREBASE_PROJECT": name,
        "FERS_FIREBASE_BUCKET": name,
        "FERS_FIREBASE_API_KEY": "any key",
    }


@contextmanager
def serving(
    folder: Path, command: Sequence[str] = SERVE, port: int | None = None, **environment: str
) -> Iterator[Server]:
    """Serve the store in `folder`, started from there, until the block ends; at a free port where none is named."""
    port = port or free_port()
    data, printed = folder / "data", folder / "printed"
    variables = os.environ | {"PORT": str(port), "FERS_DATA": str(data), "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable if word == "python" else word for word in command]
    with printed.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", data, printed, process.pid)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(LONG)
        with suppress(ProcessLookupError):  # What it started may be at work still.
            server.send(signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline and process.poll() is None:
        try:
            fetch(f"{server.address}/health")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the server did not start:\n{server.printed.read_text()}")
