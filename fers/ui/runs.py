"""Runs of models over the stored faces, each in a process of its own: whatever happens to it, the app goes on.

What is to be run is a job in the store, so that another server takes up what a dead one was doing.
"""

import subprocess
import sys
import threading
from functools import cache

from fers.config import REPOSITORY
from fers.domain.people import Person
from fers.domain.yardsticks import Yardstick
from fers.services.arena import asked_by, job_of
from fers.ui.services import platform


class Runs:
    """The processes that this server started."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self, actor: Person, model_id: str, on: Yardstick) -> None:
        """Begin, or go on; nothing happens when this model runs already."""
        job = job_of(model_id, on)
        platform().jobs.ask(actor, job)
        self._start(job)

    def cancel(self, actor: Person, model_id: str, on: Yardstick) -> None:
        """Stop the run; what the model answered so far is kept."""
        job = job_of(model_id, on)
        platform().jobs.cancel(actor, job)
        with self._lock:
            if self._is_here(job):
                self._processes[job].terminate()
                self._processes[job].wait()

    def is_running(self, actor: Person, model_id: str, on: Yardstick) -> bool:
        """Here or on another server."""
        return platform().jobs.is_asked_for(actor, job_of(model_id, on))

    def has_failed(self, model_id: str, on: Yardstick) -> bool:
        """Whether the last run here ended by itself without finishing."""
        with self._lock:
            process = self._processes.get(job_of(model_id, on))
            return process is not None and (process.poll() or 0) > 0

    def take_up(self) -> None:
        """Start what nobody does: a server that was doing it has died."""
        for job in platform().jobs.free():
            if asked_by(job):
                self._start(job)

    def _start(self, job: str) -> None:
        model_id, on = asked_by(job)
        with self._lock:
            if not self._is_here(job):
                self._processes[job] = subprocess.Popen(
                    [sys.executable, "-m", "fers", "evaluate", model_id, "--on", on.key],
                    cwd=REPOSITORY,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def _is_here(self, job: str) -> bool:
        process = self._processes.get(job)
        return process is not None and process.poll() is None


@cache
def runs() -> Runs:
    return Runs()
