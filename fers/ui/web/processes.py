"""Commands of FERS in processes of their own: whatever happens to one, the app goes on."""

import subprocess
import sys
import threading

from fers.config import REPOSITORY


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
                    [sys.executable, "-m", "fers", *command],
                    cwd=REPOSITORY,
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
