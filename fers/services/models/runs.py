"""Runs of models over the faces of an evaluation set, asked for from the page where models are compared."""

from collections.abc import Iterable

from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.jobs import Job
from fers.domain.people import OPERATOR, Person
from fers.domain.permissions import Action, require
from fers.services.models.arena import asked_by, job_of
from fers.services.models.evaluation_sets import EvaluationSets
from fers.services.models.jobs import Jobs

Run = tuple[str, EvaluationSet]
"""A model and what it runs over."""


class ModelRuns:
    """Jobs are the installation's; whose faces a run is over says who may ask for it, stop it and see how it is."""

    def __init__(self, jobs: Jobs, evaluation_sets: EvaluationSets):
        self._jobs = jobs
        self._evaluation_sets = evaluation_sets

    def ask(self, actor: Person, model_id: str, on: EvaluationSet) -> None:
        """See `Jobs.ask`."""
        self._evaluation_sets.require(actor, on)
        self._jobs.ask(OPERATOR, job_of(model_id, on))

    def cancel(self, actor: Person, model_id: str, on: EvaluationSet) -> None:
        """See `Jobs.cancel`."""
        self._evaluation_sets.require(actor, on)
        self._jobs.cancel(OPERATOR, job_of(model_id, on))

    def asked_for(self, actor: Person) -> set[Run]:
        """The actor's runs that are being done, or will be."""
        return set(self._own(actor, self._jobs.asked_for(OPERATOR)))

    def given_up(self, actor: Person) -> dict[Run, Job]:
        """The actor's runs that nobody does any more, though they were not finished."""
        jobs = self._jobs.given_up(OPERATOR)
        return {run: jobs[job_of(*run)] for run in self._own(actor, jobs)}

    def _own(self, actor: Person, jobs: Iterable[str]) -> list[Run]:
        require(actor, Action.GIVE_FACE)
        runs = filter(None, map(asked_by, jobs))
        return [(model_id, on) for model_id, on in runs if self._evaluation_sets.allowed(actor, on)]
