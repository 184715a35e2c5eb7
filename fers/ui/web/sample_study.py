"""The sample study beside the true one: `fers demo` in a process of its own, on another port and with a store of its
own, which ends with this server. Nothing of it is in this server's store, and nothing of this one in the sample's."""

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fers.demo import place
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.ui.web.processes import Processes

FOLDER = Path("demo")
"""In the current folder, as for `fers demo`: a study that was made there is found again."""
_NAME = "demo"


@dataclass(frozen=True)
class Running:
    """A sample study that can be looked around in."""

    port: int
    """On this machine alone."""
    password: str
    """Of all accounts in `place.ADDRESSES`."""


class SampleStudy:
    def __init__(self, folder: Path = FOLDER):
        self._folder = folder.resolve()
        self._here = Processes()
        self._port: int | None = None

    def start(self, actor: Person) -> None:
        """Make it unless it is there, and serve it; nothing happens while one runs."""
        require(actor, Action.RUN_INSTALLATION)
        if not self._here.is_running(_NAME):
            self._port = _free_port()
            port, server = str(self._port), str(os.getpid())
            self._here.start(_NAME, "demo", "--folder", str(self._folder), "--port", port, "--ends-with", server)

    def stop(self, actor: Person) -> None:
        """What was made stays in its folder."""
        require(actor, Action.RUN_INSTALLATION)
        self._here.stop(_NAME)

    def is_starting(self, actor: Person) -> bool:
        """Whether one is being made or served."""
        require(actor, Action.RUN_INSTALLATION)
        return self._here.is_running(_NAME)

    def has_failed(self, actor: Person) -> bool:
        require(actor, Action.RUN_INSTALLATION)
        return self._here.has_failed(_NAME)

    def running(self, actor: Person) -> Running | None:
        """Once it can be looked at."""
        if not self.is_starting(actor) or self._port is None or not _answers(self._port):
            return None
        password = place.password_of(self._folder)
        return Running(self._port, password) if password else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@cache
def sample_study() -> SampleStudy:
    return SampleStudy()
