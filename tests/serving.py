"""A true server, as `python -m fers serve` starts it, for tests that meet it from outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from fers.config import REPOSITORY

START_SECONDS = 90
SERVE = ("python", "-m", "fers", "serve")


@dataclass(frozen=True)
class Server:
    address: str
    data: Path
    printed: Path

    def setup_link(self) -> str:
        """The one-time link that the terminal shows."""
        return next(word for word in self.printed.read_text().split() if "/setup?token=" in word)


@contextmanager
def serving(folder: Path, command: Sequence[str] = SERVE, **environment: str) -> Iterator[Server]:
    """Serve a fresh store in `folder`, started from there, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", folder / "data", folder / "printed")
    variables = os.environ | {"PORT": str(port), "FERS_DATA": str(server.data), "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable if word == "python" else word for word in command]
    with server.printed.open("w") as printed:
        process = subprocess.Popen(
            command, cwd=folder, env=variables | environment, stdout=printed, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{server.address}/health")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the server did not start:\n{server.printed.read_text()}")
