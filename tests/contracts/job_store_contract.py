"""What every JobStore does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fers.domain.jobs import MOST_ATTEMPTS, Job

from .samples import NOON

JOB = "evaluate fersnet — 顔"
SOON, LATER = NOON + timedelta(minutes=2), NOON + timedelta(minutes=4)


def claim_and_die(backend, until) -> None:
    assert backend.jobs().claim_job(JOB, "a process that dies", NOON, until)


class JobStoreContract:
    @pytest.fixture
    def store(self, backend):
        store = backend.jobs()
        store.add_job(JOB)
        return store

    def test_asking_twice_asks_once(self, store):
        store.claim_job(JOB, "one", NOON, SOON)
        store.add_job(JOB)
        store.add_job("another")
        assert store.jobs() == [Job("another"), Job(JOB, 1, "one", SOON)]

    def test_a_job_is_one_holders_until_their_lease_ends(self, store):
        assert store.claim_job(JOB, "one", NOON, SOON)
        assert not store.claim_job(JOB, "other", NOON, SOON)
        assert store.claim_job(JOB, "one", NOON, LATER)
        assert not store.claim_job(JOB, "other", SOON, LATER)
        assert store.claim_job(JOB, "other", LATER, LATER + timedelta(minutes=2))
        assert not store.claim_job(JOB, "one", LATER, LATER + timedelta(minutes=2))

    def test_a_removed_job_is_nobodys(self, store):
        store.claim_job(JOB, "one", NOON, SOON)
        for _ in range(2):
            store.remove_job(JOB)
        assert not store.claim_job(JOB, "one", NOON, LATER)
        assert store.jobs() == []

    def test_what_brings_everybody_down_is_left_alone(self, store):
        time = NOON
        for attempt in range(MOST_ATTEMPTS):
            assert store.claim_job(JOB, f"holder {attempt}", time, time + timedelta(minutes=2))
            time += timedelta(minutes=2)
        assert not store.claim_job(JOB, "one more", time, time + timedelta(minutes=2))
        [job] = store.jobs()
        assert not job.free(time)

    def test_what_gets_on_is_taken_up_again_and_again(self, store):
        time = NOON
        for attempt in range(2 * MOST_ATTEMPTS):
            until = time + timedelta(minutes=2)
            assert store.claim_job(JOB, f"holder {attempt}", time, until)
            assert store.claim_job(JOB, f"holder {attempt}", time, until, got_on=True)
            time = until
        assert store.jobs() == [Job(JOB, 0, f"holder {2 * MOST_ATTEMPTS - 1}", time)]

    def test_what_failed_is_nobodys_and_keeps_why(self, store):
        store.claim_job(JOB, "one", NOON, SOON)
        store.fail_job(JOB, "Its weights are gone — 顔", "Put them back.")
        store.fail_job("gone", "Nobody asks.")
        assert not store.claim_job(JOB, "one", NOON, LATER)
        assert not store.claim_job(JOB, "other", LATER, LATER)
        [job] = store.jobs()
        assert job.given_up(NOON)
        assert (job.why, job.what_to_do) == ("Its weights are gone — 顔", "Put them back.")
        store.remove_job(JOB)
        store.add_job(JOB)
        assert store.claim_job(JOB, "one", NOON, SOON)

    def test_a_lease_is_cut_short_unless_its_holder_has_renewed_it(self, store):
        assert store.claim_job(JOB, "one", NOON, LATER)
        [seen] = store.jobs()
        store.cut_short(seen, SOON)
        assert store.jobs() == [Job(JOB, 1, "one", SOON)]
        assert not store.claim_job(JOB, "other", NOON, LATER)
        assert store.claim_job(JOB, "one", NOON, LATER + timedelta(minutes=2))
        [renewed] = store.jobs()
        store.cut_short(seen, SOON)
        assert store.jobs() == [renewed]
        store.remove_job(JOB)
        store.cut_short(renewed, SOON)
        assert store.jobs() == []

    def test_of_many_who_come_at_once_one_gets_the_job(self, store):
        with ThreadPoolExecutor(8) as threads:
            got = list(threads.map(lambda n: store.claim_job(JOB, f"holder {n}", NOON, SOON), range(12)))
        assert sum(got) == 1

    def test_the_job_of_a_dead_process_is_taken_up(self, store, in_another_process):
        process = in_another_process(claim_and_die, SOON)
        process.join(60)
        assert process.exitcode == 0
        assert not store.claim_job(JOB, "one", NOON, SOON)
        assert store.claim_job(JOB, "one", SOON, LATER)
