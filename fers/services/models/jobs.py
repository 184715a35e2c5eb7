"""Background jobs, claimed by lease: when the server that does one dies, another takes it up."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import TracebackType

from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import JobStore
from fers.domain.jobs import Job
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import FersError, JobStopped, StoreUnavailable

Step = Callable[[int], None]
"""Called at every step of a job with how much of it is done. Raises JobStopped when it was cancelled or taken over."""


class Jobs:
    def __init__(self, jobs: JobStore, lease: timedelta, now: Clock = utc_now):
        """Of a job that nobody has renewed for as long as `lease`, its server is taken for dead."""
        self._jobs = jobs
        self._lease = lease
        self._now = now

    def ask(self, actor: Person, name: str) -> None:
        """Have a job done; nothing happens while it is asked for already, unless everybody gave it up."""
        if name in self.given_up(actor):
            self._jobs.remove_job(name)
        self._jobs.add_job(name)

    def cancel(self, actor: Person, name: str) -> None:
        """Whoever does it notices at a step, when it next renews its lease."""
        require(actor, Action.COMPARE_MODELS)
        self._jobs.remove_job(name)

    def asked_for(self, actor: Person) -> set[str]:
        """Jobs that are being done, or will be."""
        require(actor, Action.COMPARE_MODELS)
        return {job.name for job in self._all() if not job.given_up(self._now())}

    def given_up(self, actor: Person) -> dict[str, Job]:
        """Jobs, by name, that were asked for and nobody does any more."""
        require(actor, Action.COMPARE_MODELS)
        return {job.name: job for job in self._all() if job.given_up(self._now())}

    def free(self) -> list[str]:
        """Jobs that nobody does: never begun, or begun by a server that died."""
        return [job.name for job in self._all() if job.free(self._now())]

    @contextmanager
    def doing(self, actor: Person, name: str) -> Iterator[Step]:
        """Do a job inside the block. Raises JobStopped when somebody else does it.

        A job whose block ends is done with, and so is one that is stopped from the keyboard; of one whose block raises
        it is kept why. A job whose process dies or can't reach the store is taken up by another when the lease is over,
        until it has been begun too often without getting on.
        """
        self.ask(actor, name)
        with _Held(self._jobs, name, self._lease, self._now) as held:
            yield held.step

    def _all(self) -> list[Job]:
        """No lease is ever given for longer than `lease`: one that seems to last for more than two of them is from
        before the clock was set back. It ends when one is over, unless its holder, who may live, renews it."""
        now = self._now()
        jobs = self._jobs.jobs()
        for job in jobs:
            if job.until is not None and job.until > now + 2 * self._lease:
                self._jobs.cut_short(job, now + self._lease)
        return jobs


class _Held:
    """A job that is this block's. A thread of its own renews the lease, so it lasts however long a step takes."""

    def __init__(self, jobs: JobStore, name: str, lease: timedelta, now: Clock):
        self._jobs = jobs
        self._name = name
        self._lease = lease
        self._now = now
        self._holder = secrets.token_hex(8)
        self._done: int | None = None
        self._got_on = self._is_lost = False
        self._has_ended = threading.Event()
        self._renewals = threading.Thread(target=self._renew_in_time, daemon=True)

    def __enter__(self) -> "_Held":
        if not self._renew():
            raise _stopped()
        self._renewals.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._has_ended.set()
        self._renewals.join()
        if isinstance(error, JobStopped | StoreUnavailable) or not self._renew():
            return  # It isn't done, or is no longer this one's to end.
        if isinstance(error, Exception):
            self._jobs.fail_job(self._name, *_words(error))
        else:
            self._jobs.remove_job(self._name)

    def step(self, done: int) -> None:
        if self._is_lost:
            raise _stopped()
        self._got_on |= self._done is not None and done > self._done
        self._done = done

    def _renew_in_time(self) -> None:
        while not self._is_lost and not self._has_ended.wait(self._lease.total_seconds() / 4):
            with suppress(StoreUnavailable):  # Perhaps the next time. Otherwise the lease lapses.
                self._is_lost = not self._renew()

    def _renew(self) -> bool:
        now = self._now()
        return self._jobs.claim_job(self._name, self._holder, now, now + self._lease, self._got_on)


def _stopped() -> JobStopped:
    return JobStopped("job.stopped")


def _words(error: Exception) -> tuple[str, str]:
    """For whoever asked, and for whoever runs FERS. Messages of what isn't FERS's own may hold what nobody should
    read."""
    if not isinstance(error, FersError):
        error = FersError("job.unexpected", kind=type(error).__name__)
    return f"{error.what} {error.next}".strip(), error.operator
