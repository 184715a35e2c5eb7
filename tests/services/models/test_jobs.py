"""A background job is done by one at a time, and by another when that one dies."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fers.adapters import open_stores
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.errors import JobStopped, ModelRejected, StoreUnavailable
from tests.people import OneFace, OneModel
from tests.waiting import wait_until

JOB = "evaluate always-happy"
SHORT = timedelta(seconds=1)


@pytest.fixture
def stores(settings):
    return open_stores(settings)


@pytest.fixture
def hurried(settings, stores, clock):
    """Services that renew a lease several times a second, by whose clock it lasts until a test moves that on."""
    settings = replace(settings, job_lease=SHORT)
    return assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def outlive(stores, clock):
    """Let most of a lease pass, and wait until it is renewed."""

    def outlive() -> None:
        clock.moment += 0.9 * SHORT
        wait_until(lambda: [job.until for job in stores.jobs.jobs()] == [clock() + SHORT])

    return outlive


def begin_and_vanish(platform, *progress: int, before_that=lambda: None) -> None:
    """Somebody begins, takes these steps, and is heard of no more."""
    with pytest.raises(StoreUnavailable), platform.jobs.doing(OPERATOR, JOB) as step:
        for done in progress:
            step(done)
        before_that()
        raise StoreUnavailable("store.unreachable")


def test_a_job_that_ends_is_done_with(platform):
    with platform.jobs.doing(OPERATOR, JOB) as step:
        step(1)
        assert JOB in platform.jobs.asked_for(OPERATOR)
        assert platform.jobs.free() == []
    assert JOB not in platform.jobs.asked_for(OPERATOR)


def test_two_never_do_the_same_job(platform):
    with platform.jobs.doing(OPERATOR, JOB):
        with pytest.raises(JobStopped), platform.jobs.doing(OPERATOR, JOB):
            raise AssertionError("begun twice")
        assert JOB in platform.jobs.asked_for(OPERATOR)


def test_a_cancelled_job_stops_at_a_step(hurried):
    with pytest.raises(JobStopped), hurried.jobs.doing(OPERATOR, JOB) as step:
        hurried.jobs.cancel(OPERATOR, JOB)
        wait_until(lambda: step(1))
    assert JOB not in hurried.jobs.asked_for(OPERATOR)
    assert JOB not in hurried.jobs.given_up(OPERATOR)


@pytest.mark.parametrize(
    ("failure", "why", "advice"),
    [
        (ModelRejected("sandbox.too-slow"), "The model took too long to try. Hand in a smaller one.", ""),
        (
            ModelRejected("run.failed-on-all", model="happy"),
            "happy failed on every face. Ask whoever runs FERS to look at it.",
            "happy failed on every face. Look at it with `python -m fers models check happy`.",
        ),
        (OSError("/home/ada/secret.jpg"), "Something unexpected happened (OSError).", ""),
    ],
    ids=["of a model", "with advice", "unexpected"],
)
def test_a_job_that_fails_is_not_begun_again_by_itself_and_says_why(platform, failure, why, advice):
    with pytest.raises(type(failure)), platform.jobs.doing(OPERATOR, JOB):
        raise failure
    assert platform.jobs.free() == []
    assert JOB not in platform.jobs.asked_for(OPERATOR)
    given_up = platform.jobs.given_up(OPERATOR)[JOB]
    assert (given_up.why, given_up.what_to_do) == (why, advice)
    platform.jobs.ask(OPERATOR, JOB)
    assert platform.jobs.free() == [JOB]
    assert JOB not in platform.jobs.given_up(OPERATOR)


def test_a_job_stopped_from_the_keyboard_is_done_with(platform):
    with pytest.raises(KeyboardInterrupt), platform.jobs.doing(OPERATOR, JOB):
        raise KeyboardInterrupt
    assert platform.jobs.free() == []
    assert JOB not in platform.jobs.given_up(OPERATOR)


def test_a_job_that_lost_its_store_is_taken_up_when_its_lease_is_over(platform, clock):
    begin_and_vanish(platform)
    assert platform.jobs.free() == []
    clock.advance(minutes=2)
    assert platform.jobs.free() == [JOB]


def test_a_clock_set_back_leaves_the_job_of_a_dead_server_to_nobody_for_no_more_than_a_lease(platform, clock):
    begin_and_vanish(platform)
    clock.advance(hours=-10)
    assert platform.jobs.free() == []
    with pytest.raises(JobStopped), platform.jobs.doing(OPERATOR, JOB):
        raise AssertionError("its holder may live: two would do it")
    clock.advance(minutes=2)
    assert platform.jobs.free() == [JOB]
    with platform.jobs.doing(OPERATOR, JOB):
        assert platform.jobs.free() == []


def test_a_clock_set_back_takes_the_job_from_no_living_server(hurried, outlive, clock):
    """Its lease is by the clock, and it renews it by the time that passes."""
    with hurried.jobs.doing(OPERATOR, JOB) as step:
        clock.advance(hours=-10)
        for _ in range(4):
            assert hurried.jobs.free() == []
            outlive()
            step(1)


def test_a_store_that_is_away_for_a_moment_ends_nothing(hurried, stores, outlive, monkeypatch):
    claim, refused = stores.jobs.claim_job, []

    def claim_late(*arguments):
        if len(refused) < 2:
            refused.append(arguments)
            raise StoreUnavailable("store.unreachable")
        return claim(*arguments)

    with hurried.jobs.doing(OPERATOR, JOB) as step:
        monkeypatch.setattr(stores.jobs, "claim_job", claim_late)
        outlive()
        step(1)
        assert len(refused) == 2
        assert hurried.jobs.free() == []


def test_a_job_whose_server_died_is_free_and_taken_up_a_few_times(platform, clock):
    platform.jobs.ask(OPERATOR, JOB)
    for _ in range(3):
        assert platform.jobs.free() == [JOB]
        begin_and_vanish(platform)
        clock.advance(minutes=2)
    assert platform.jobs.free() == []
    assert JOB not in platform.jobs.asked_for(OPERATOR), "it brings down whoever does it"
    given_up = platform.jobs.given_up(OPERATOR)[JOB]
    assert (given_up.why, "memory" in given_up.what_to_do) == ("It was begun 3 times and never got to its end.", True)
    platform.jobs.ask(OPERATOR, JOB)
    assert platform.jobs.free() == [JOB], "asked for once more, it is tried once more"


@pytest.mark.parametrize(("further", "is_free"), [(1, True), (0, False)])
def test_a_job_that_gets_on_is_taken_up_however_many_servers_it_outlives(hurried, outlive, clock, further, is_free):
    hurried.jobs.ask(OPERATOR, JOB)
    for begun in range(3):
        begin_and_vanish(hurried, begun, begun + further, before_that=outlive)
        clock.moment += SHORT
    assert hurried.jobs.free() == [JOB] * is_free


def test_a_long_step_keeps_the_job(hurried, outlive):
    with hurried.jobs.doing(OPERATOR, JOB):
        outlive()
        outlive()
        assert hurried.jobs.free() == []
        with pytest.raises(JobStopped), hurried.jobs.doing(OPERATOR, JOB):
            raise AssertionError("taken from a living server")
