"""Background jobs, claimed by lease: when the server that does one dies, another takes it up."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from fers.domain.interfaces import JobStore
from fers.domain.jobs import Job
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import JobStopped
from fers.services.clock import Clock, utc_now

LEASE = timedelta(minutes=2)
"""Much longer than a step of any job takes."""


class Jobs:
    def __init__(self, jobs: JobStore, now: Clock = utc_now):
        self._jobs = jobs
        self._now = now

    def ask(self, actor: Person, name: str) -> None:
        """Have a job done; nothing happens while it is asked for already, unless everybody gave it up."""
        require(actor, Action.COMPARE_MODELS)
        known = self._known(name)
        if known and not known.held(self._now()) and not known.free(self._now()):
            self._jobs.remove_job(name)
        self._jobs.add_job(name)

    def cancel(self, actor: Person, name: str) -> None:
        """Whoever does it notices at its next step."""
        require(actor, Action.COMPARE_MODELS)
        self._jobs.remove_job(name)

    def is_asked_for(self, actor: Person, name: str) -> bool:
        """Whether it is being done, or will be."""
        require(actor, Action.COMPARE_MODELS)
        known = self._known(name)
        return known is not None and (known.held(self._now()) or known.free(self._now()))

    def free(self) -> list[str]:
        """Jobs that nobody does: never begun, or begun by a server that died."""
        return [job.name for job in self._jobs.jobs() if job.free(self._now())]

    @contextmanager
    def doing(self, actor: Person, name: str) -> Iterator[Callable[[], None]]:
        """Do a job inside the block, which calls what it is given at every step. Raises JobStopped when somebody else
        does it, and at a step when it was cancelled or taken over meanwhile.

        A job whose block ends or raises is done with; one whose process dies is taken up by another.
        """
        self.ask(actor, name)
        lease = _Lease(self._jobs, name, self._now)
        lease.renew()
        try:
            yield lease.step
        finally:
            lease.give_up()

    def _known(self, name: str) -> Job | None:
        return next((job for job in self._jobs.jobs() if job.name == name), None)


class _Lease:
    def __init__(self, jobs: JobStore, name: str, now: Clock):
        self._jobs = jobs
        self._name = name
        self._now = now
        self._holder = secrets.token_hex(8)
        self._until = datetime.min

    def step(self) -> None:
        if self._now() > self._until - LEASE / 2:
            self.renew()

    def renew(self) -> None:
        until = self._now() + LEASE
        if not self._jobs.claim_job(self._name, self._holder, self._now(), until):
            raise JobStopped("This was stopped, or is being done elsewhere.", "What was done so far is kept.")
        self._until = until

    def give_up(self) -> None:
        if self._jobs.claim_job(self._name, self._holder, self._now(), self._until):
            self._jobs.remove_job(self._name)
