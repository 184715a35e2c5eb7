"""How many models one server runs at a time."""

import pytest

from fers.assembly import assemble
from fers.domain.evaluation_sets import OWN_LABELS
from fers.domain.people import OPERATOR
from fers.services.models.arena import job_of
from fers.ui.models import runs as module
from fers.ui.models.runs import AT_ONCE, Runs
from tests.people import OneFace, OneModel, give_face, participant


class Here:
    """Processes that end when they are told to."""

    def __init__(self):
        self.running, self.failed = [], set()

    def start(self, name, *command):
        if name not in self.running:
            self.running.append(name)

    def stop(self, name):
        self.running.remove(name)

    def is_running(self, name):
        return name in self.running

    def count_running(self):
        return len(self.running)

    def has_failed(self, name):
        return name in self.failed


@pytest.fixture
def here(monkeypatch):
    here = Here()
    monkeypatch.setattr(module, "Processes", lambda: here)
    return here


@pytest.fixture
def platform(settings, clock, monkeypatch):
    platform = assemble(settings, models=OneModel(), detector=OneFace(), now=clock)
    give_face(platform, participant(platform))
    monkeypatch.setattr(module, "platform", lambda: platform)
    return platform


def test_two_models_run_at_a_time_and_the_others_wait_for_their_turn(platform, here):
    runs, names = Runs(), ["a", "b", "c", "d"]
    for name in names:
        runs.start(OPERATOR, name, OWN_LABELS)
    jobs = [job_of(name, OWN_LABELS) for name in names]
    assert here.running == jobs[:2]
    assert len(here.running) == AT_ONCE
    assert {model_id for model_id, _ in runs.running(OPERATOR)} == set(names), "those that wait are asked for as well"
    runs.start(OPERATOR, "c", OWN_LABELS)
    runs.go_on()
    assert here.running == jobs[:2], "pressing again is no way past the others"
    runs.cancel(OPERATOR, "a", OWN_LABELS)
    runs.go_on()
    assert here.running == jobs[1:3]
    here.running.remove(jobs[1])
    here.failed.add(jobs[1])
    runs.go_on()
    assert set(here.running) == set(jobs[2:]), "what failed here is not begun again before its turn comes anew"
