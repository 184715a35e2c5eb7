"""The journal on Firestore, for servers whose clocks are wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from fers.errors import StoreUnavailable
from fers.storage.firebase import journal
from tests.contracts.backends import Firebase
from tests.contracts.samples import an_id
from tests.waiting import wait_until

FACE = an_id("face")


@pytest.fixture
def project(tmp_path, firebase_servers):
    project = Firebase(tmp_path / "project")
    yield project
    project.close()


@pytest.fixture
def clock(monkeypatch):
    """Says by how much the clock of this machine is ahead."""

    def set_ahead(by: timedelta) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz or UTC) + by

        monkeypatch.setattr(journal, "datetime", Clock)

    return set_ahead


def test_a_server_whose_clock_is_ahead_takes_nothing_from_a_living_writer(project, clock):
    with project.journal().writing(FACE):
        clock(timedelta(days=1))
        assert project.journal().recover(lambda _: None) == []


def test_what_a_server_left_whose_clock_was_ahead_is_recovered_when_its_lease_is_over(project, clock):
    clock(timedelta(days=1))
    died = project.journal().writing(FACE)
    died.__enter__()
    clock(timedelta(0))
    wait_until(lambda: project.journal().recover(lambda _: None) == [FACE])


def test_a_writer_whose_clock_is_behind_is_told_that_another_took_its_face_over(project, clock):
    with pytest.raises(StoreUnavailable), project.journal().writing(FACE):
        clock(timedelta(days=-1))
        wait_until(lambda: project.journal().recover(lambda _: None) == [FACE])
