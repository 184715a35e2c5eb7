"""The app's own process for a run is killed in the middle: the app goes on, and so does the run."""

import sqlite3
from collections import Counter

import pytest

from fers.adapters import open_stores
from fers.domain.evaluation_sets import OWN_LABELS
from fers.domain.people import OPERATOR
from fers.storage.sqlite.database import FILE
from fers.ui import services
from fers.ui.models.runs import Runs
from tests.people import give_face, newcomer, store_copies
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
MODEL = "vgg13-ferplus"
FACES = 200


@pytest.fixture
def platform(settings, monkeypatch):
    """The app's own services, over more faces than a model answers for in a moment."""
    monkeypatch.setenv("FERS_DATA", str(settings.data))
    monkeypatch.setenv("FERS_JOB_LEASE_SECONDS", "2")
    services.platform.cache_clear()
    platform = services.platform()
    store_copies(open_stores(settings), give_face(platform, newcomer(platform)), FACES - 1)
    yield platform
    services.platform.cache_clear()


@pytest.fixture
def answered(platform, settings):
    """How often an answer was written, by face."""
    noting = sqlite3.connect(settings.data / FILE, isolation_level=None)
    fingerprint = platform.live_model.classifier(MODEL).info.fingerprint
    noting.execute("CREATE TABLE written (face_id TEXT)")
    noting.execute(
        f"CREATE TRIGGER noting AFTER INSERT ON answers WHEN NEW.answers_id = '{fingerprint}'"
        " BEGIN INSERT INTO written VALUES (NEW.face_id); END"
    )
    yield lambda: Counter(face_id for (face_id,) in noting.execute("SELECT face_id FROM written"))
    noting.close()


def test_a_run_that_is_killed_goes_on_by_itself_and_answers_for_no_face_twice(settings, platform, answered, started):
    runs = Runs()
    runs.start(OPERATOR, MODEL, OWN_LABELS)
    wait_until(answered)
    started[0].kill()
    started[0].wait()
    before = answered()
    assert 0 < len(before) < FACES
    assert (MODEL, OWN_LABELS) in runs.running(OPERATOR), "it is going to be"

    def is_over() -> bool:
        runs.take_up()
        return (MODEL, OWN_LABELS) not in runs.running(OPERATOR)

    wait_until(is_over)
    assert len(started) == 2
    assert answered() == Counter(face.id for face in open_stores(settings).records.faces())
    [standing] = [standing for standing in platform.arena.standings(OPERATOR) if standing.info.id == MODEL]
    assert standing.run and (standing.answered, standing.failed) == (FACES, 0)
