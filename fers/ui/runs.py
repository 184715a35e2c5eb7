"""Runs of models over the stored faces, each in a process of its own: whatever happens to it, the app goes on."""

import subprocess
import sys
import threading

import streamlit as st

from fers.config import REPOSITORY
from fers.domain.people import Person
from fers.domain.permissions import Action, require


class Runs:
    """The runs that this server started. What a run achieved is in the store, so that nothing is lost with this."""

    def __init__(self):
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self, actor: Person, model_id: str) -> None:
        """Begin, or go on; nothing happens when this model runs already."""
        require(actor, Action.COMPARE_MODELS)
        with self._lock:
            if not self._is_running(model_id):
                self._processes[model_id] = subprocess.Popen(
                    [sys.executable, "-m", "fers", "evaluate", model_id],
                    cwd=REPOSITORY,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def cancel(self, actor: Person, model_id: str) -> None:
        """Stop the run; what the model answered so far is kept."""
        require(actor, Action.COMPARE_MODELS)
        with self._lock:
            if self._is_running(model_id):
                self._processes[model_id].terminate()
                self._processes[model_id].wait()

    def is_running(self, model_id: str) -> bool:
        with self._lock:
            return self._is_running(model_id)

    def are_any_running(self) -> bool:
        with self._lock:
            return any(map(self._is_running, self._processes))

    def has_failed(self, model_id: str) -> bool:
        """Whether the last run here ended by itself without finishing."""
        with self._lock:
            process = self._processes.get(model_id)
            return process is not None and (process.poll() or 0) > 0

    def _is_running(self, model_id: str) -> bool:
        process = self._processes.get(model_id)
        return process is not None and process.poll() is None


@st.cache_resource
def runs() -> Runs:
    return Runs()
