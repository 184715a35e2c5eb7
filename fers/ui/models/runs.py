"""Runs of models over the stored faces, each in a process of its own.

What is to be run is a job in the store, so that another server takes up what a dead one was doing.
"""

from functools import cache

from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.jobs import Job
from fers.domain.people import Person
from fers.services.models.arena import asked_by, job_of
from fers.ui.services import platform
from fers.ui.web.processes import Processes

AT_ONCE = 2
"""Models that one server runs at a time: each takes the memory of a network, and all of them the processor."""


class Runs:
    def __init__(self):
        self._here = Processes()

    def start(self, actor: Person, model_id: str, on: EvaluationSet) -> None:
        """Begin, or go on, when it is this model's turn; nothing happens when it runs already."""
        job = job_of(model_id, on)
        platform().model_runs.ask(actor, model_id, on)
        self._start(job)

    def cancel(self, actor: Person, model_id: str, on: EvaluationSet) -> None:
        """Stop the run; what the model answered so far is kept."""
        job = job_of(model_id, on)
        self._here.stop(job)  # First: one that has just been started would ask for the job again.
        platform().model_runs.cancel(actor, model_id, on)

    def running(self, actor: Person) -> set[tuple[str, EvaluationSet]]:
        """Which models run over what, here or on another server."""
        return platform().model_runs.asked_for(actor)

    def given_up(self, actor: Person) -> dict[tuple[str, EvaluationSet], Job]:
        """The last runs, here or on another server, that were given up before they were finished."""
        return platform().model_runs.given_up(actor)

    def take_up(self) -> None:
        """Start what nobody does: the server that was doing it has died."""
        for job in platform().jobs.free():
            if asked_by(job):
                self._start(job)

    def go_on(self) -> None:
        """Start what waited for its turn, now that others may have ended; but not again what failed here."""
        for job in platform().jobs.free():
            if asked_by(job) and not self._here.has_failed(job):
                self._start(job)

    def _start(self, job: str) -> None:
        if self._here.count_running() >= AT_ONCE and not self._here.is_running(job):
            return  # It is taken up when another has ended.
        model_id, on = asked_by(job)
        self._here.start(job, "evaluate", model_id, "--on", on.key)


@cache
def runs() -> Runs:
    return Runs()
