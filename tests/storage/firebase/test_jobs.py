"""Jobs on Firestore, where something happens between a look and what follows from it."""

import pytest

from fers.storage.firebase.jobs import FirebaseJobs
from tests.contracts.backends import Firebase
from tests.contracts.samples import NOON


@pytest.fixture
def project(tmp_path, firebase_servers):
    project = Firebase(tmp_path / "project")
    yield project
    project.close()


def test_a_job_that_others_add_and_claim_meanwhile_is_there_once(project, monkeypatch):
    late, other = project.jobs(), project.jobs()
    looked = FirebaseJobs._known

    def look_and_be_overtaken(self, name):
        known = looked(self, name)
        if self is late:
            other.add_job(name)
            assert other.claim_job(name, "other", NOON, NOON)
        return known

    monkeypatch.setattr(FirebaseJobs, "_known", look_and_be_overtaken)
    late.add_job("evaluate")
    assert [(job.name, job.holder) for job in other.jobs()] == [("evaluate", "other")]


def test_a_job_whose_lease_is_renewed_while_it_is_removed_is_gone(project, monkeypatch):
    remover, holder = project.jobs(), project.jobs()
    remover.add_job("evaluate")
    assert holder.claim_job("evaluate", "holder", NOON, NOON)
    looked, renewed = FirebaseJobs._all, []

    def look_and_be_overtaken(self, name):
        known = looked(self, name)
        if not renewed:
            renewed.append(holder.claim_job(name, "holder", NOON, NOON))
        return known

    monkeypatch.setattr(FirebaseJobs, "_all", look_and_be_overtaken)
    remover.remove_job("evaluate")
    assert renewed == [True]
    assert holder.jobs() == []
