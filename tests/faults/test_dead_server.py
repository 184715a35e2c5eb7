"""A server that dies leaves its work to another: two true ones on one Firebase project."""

import signal
from dataclasses import replace

import pytest

from fers import config
from fers.adapters import open_stores, registry
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.services.models.arena import job_of
from tests.people import OneFace, OneModel, give_face, newcomer, store_copies
from tests.serving import firebase_project, serving
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
MODEL = "vgg13-ferplus"
FACES = 150


@pytest.fixture
def firebase(firebase_servers):
    return firebase_project() | {"FERS_JOB_LEASE_SECONDS": "4"}


@pytest.fixture
def settings(firebase, tmp_path):
    return replace(config.load(firebase), data=tmp_path / "unused")


@pytest.fixture
def stores(settings):
    return open_stores(settings)


@pytest.fixture
def platform(settings, stores):
    """With as many faces as a model takes some seconds for."""
    platform = assemble(settings, stores=stores, models=OneModel(), detector=OneFace())
    store_copies(stores, give_face(platform, newcomer(platform)), FACES - 1)
    return platform


def test_the_evaluation_of_a_dead_server_is_taken_up_and_finished(firebase, settings, stores, platform, tmp_path):
    fingerprint = registry(settings).find(MODEL).info.fingerprint

    def answered() -> int:
        return stores.answers.count_answers(fingerprint)

    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
    with serving(tmp_path / "one", **firebase) as one, serving(tmp_path / "other", **firebase) as other:
        other.send(signal.SIGSTOP)  # So that it isn't the first to look.
        try:
            platform.jobs.ask(OPERATOR, job_of(MODEL))
            wait_until(answered)
            one.send(signal.SIGKILL)
            assert 0 < answered() < FACES
            assert stores.answers.runs() == []
        finally:
            other.send(signal.SIGCONT)
        wait_until(lambda: stores.jobs.jobs() == [])
        assert answered() == FACES
        [run] = stores.answers.runs()
        assert run.fingerprint == fingerprint
