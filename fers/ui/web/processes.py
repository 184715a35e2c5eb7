"""Commands of FERS in processes of their own: whatever happens to one, the app goes on."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import fers

COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "fers")
"""From the current folder nothing is imported."""


def environment() -> dict[str, str]:
    """For processes of this very FERS: it may have been started where it is not installed."""
    paths = [str(Path(fers.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


class Processes:
    """Those that this server started, one a name. Safe to share between threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *command: str) -> None:
        """Run `python -m fers` with `command`; nothing happens while one of this name runs."""
        with self._lock:
            if not self.is_running(name):
                self._processes[name] = subprocess.Popen(
                    [*COMMAND, *command],
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def stop(self, name: str) -> None:
        """Returns when it has ended."""
        with self._lock:
            process = self._processes.pop(name, None)
            if process and process.poll() is None:
                process.terminate()
                process.wait()

    def is_running(self, name: str) -> bool:
        process = self._processes.get(name)
        return process is not None and process.poll() is None

    def count_running(self) -> int:
        with self._lock:
            return sum(process.poll() is None for process in self._processes.values())

    def has_failed(self, name: str) -> bool:
        """Whether the last one ended without finishing, by itself or killed by others."""
        process = self._processes.get(name)
        return process is not None and process.poll() not in (None, 0)
