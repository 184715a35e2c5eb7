"""A background job is done by one at a time, and by another when that one dies."""

import pytest

from fers.domain.people import OPERATOR
from fers.errors import JobStopped

JOB = "evaluate always-happy"


def test_a_job_that_ends_is_done_with(platform):
    with platform.jobs.doing(OPERATOR, JOB) as step:
        step()
        assert platform.jobs.is_asked_for(OPERATOR, JOB)
        assert platform.jobs.free() == []
    assert not platform.jobs.is_asked_for(OPERATOR, JOB)


def test_two_never_do_the_same_job(platform):
    with platform.jobs.doing(OPERATOR, JOB):
        with pytest.raises(JobStopped), platform.jobs.doing(OPERATOR, JOB):
            raise AssertionError("begun twice")
        assert platform.jobs.is_asked_for(OPERATOR, JOB)


def test_a_cancelled_job_stops_at_its_next_step(platform, clock):
    with pytest.raises(JobStopped), platform.jobs.doing(OPERATOR, JOB) as step:
        platform.jobs.cancel(OPERATOR, JOB)
        clock.advance(minutes=1, seconds=1)
        step()
    assert not platform.jobs.is_asked_for(OPERATOR, JOB)


def test_a_job_that_fails_is_not_begun_again_by_itself(platform):
    with pytest.raises(ZeroDivisionError), platform.jobs.doing(OPERATOR, JOB):
        raise ZeroDivisionError
    assert platform.jobs.free() == []


def test_a_job_whose_server_died_is_free_and_taken_up_a_few_times(platform, clock):
    platform.jobs.ask(OPERATOR, JOB)
    dead = []
    for _ in range(3):
        assert platform.jobs.free() == [JOB]
        dead.append(platform.jobs.doing(OPERATOR, JOB))
        dead[-1].__enter__()
        assert platform.jobs.free() == []
        clock.advance(minutes=2)
    assert platform.jobs.free() == []
    assert not platform.jobs.is_asked_for(OPERATOR, JOB), "it brings down whoever does it"
    platform.jobs.ask(OPERATOR, JOB)
    assert platform.jobs.free() == [JOB], "asked for once more, it is tried once more"


def test_a_step_keeps_a_long_job(platform, clock):
    with platform.jobs.doing(OPERATOR, JOB) as step:
        for _ in range(10):
            clock.advance(minutes=1, seconds=30)
            step()
        assert platform.jobs.free() == []
