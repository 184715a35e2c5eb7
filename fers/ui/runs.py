"""Runs of models over the stored faces, each in a process of its own: whatever happens to it, the app goes on.

What is to be run is a job in the store, so that another server takes up what a dead one was doing.
"""

import subprocess
import sys
import threading
from functools import cache

from fers.config import REPOSITORY
from fers.domain.people import Person
from fers.services.arena import job_of
from fers.ui.services import platform


class Runs:
    """The processes that this server started."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self, actor: Person, model_id: str) -> None:
        """Begin, or go on; nothing happens when this model runs already."""
        platform().jobs.ask(actor, job_of(model_id))
        self._start(model_id)

    def cancel(self, actor: Person, model_id: str) -> None:
        """Stop the run; what the model answered so far is kept."""
        platform().jobs.cancel(actor, job_of(model_id))
        with self._lock:
            if self._is_here(model_id):
                self._processes[model_id].terminate()
                self._processes[model_id].wait()

    def is_running(self, actor: Person, model_id: str) -> bool:
        """Here or on another server."""
        return platform().jobs.is_asked_for(actor, job_of(model_id))

    def has_failed(self, model_id: str) -> bool:
        """Whether the last run here ended by itself without finishing."""
        with self._lock:
            process = self._processes.get(model_id)
            return process is not None and (process.poll() or 0) > 0

    def take_up(self) -> None:
        """Start what nobody does: a server that was doing it has died."""
        for name in platform().jobs.free():
            if name.startswith(job_of("")):
                self._start(name.removeprefix(job_of("")))

    def _start(self, model_id: str) -> None:
        with self._lock:
            if not self._is_here(model_id):
                self._processes[model_id] = subprocess.Popen(
                    [sys.executable, "-m", "fers", "evaluate", model_id],
                    cwd=REPOSITORY,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def _is_here(self, model_id: str) -> bool:
        process = self._processes.get(model_id)
        return process is not None and process.poll() is None


@cache
def runs() -> Runs:
    return Runs()
