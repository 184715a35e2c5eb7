"""A dataset version written by several Beam workers: byte for byte what one process writes."""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fers.domain.people import OPERATOR
from fers.exporting.exported_version import Cut
from fers.services.people.withdrawal import Removal
from tests.large import beam
from tests.people import give_face, participant, pattern
from tests.waiting import LONG, wait_until

pytestmark = pytest.mark.slow
BUCKETS = Path(__file__).parent / "buckets"


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def study(platform, clock):
    """With a version of a few shards."""
    clock.moment = datetime.now(UTC)  # Commands live in the present, where older faces are overdue.
    for number in range(12):
        person = participant(platform, f"{number}@example.org")
        for photo in range(2):
            give_face(platform, person, picture=pattern(2 * number + photo))
    study = platform.studies.current()
    platform.versions.freeze(OPERATOR, study.id, "v1")
    return study


def order(study, out):
    whole = ("export", "v1", "--study", study.id, "--format", "webdataset", "--whole", "--out", out)
    return (*whole, "--engine", "beam", "--workers", 2)


def test_several_workers_write_what_one_process_writes(platform, study, settings, tmp_path):
    alone, together = tmp_path / "alone", tmp_path / "together"
    platform.downloads.write(OPERATOR, study.id, "v1", "webdataset", Cut.WHOLE, alone)
    together.mkdir()
    for left_by_a_killed_run in ("train-000042.tar", "train-000000.tar.0a1b2c3d.part"):
        (together / left_by_a_killed_run).write_bytes(b"half a fa")
    beam.run(settings, *order(study, together))
    assert files(together) == files(alone)
    assert sum(name.endswith(".tar") for name in files(alone)) > 1


def test_they_write_to_places_that_are_no_folders(platform, study, settings, tmp_path):
    alone, kept = tmp_path / "alone", tmp_path / "kept"
    platform.downloads.write(OPERATOR, study.id, "v1", "webdataset", Cut.WHOLE, alone)
    (kept / "v1").mkdir(parents=True)
    (kept / "v1" / "train-000042.tar").write_bytes(b"left by a killed run")
    beam.run(settings, *order(study, "kept://v1"), PYTHONPATH=str(BUCKETS), KEPT_IN=str(kept))
    assert files(kept / "v1") == files(alone)


def test_whoever_withdraws_while_others_are_written_is_in_nothing_that_is_left(platform, study, settings, tmp_path):
    kept, goes_on, log = tmp_path / "kept", tmp_path / "goes-on", tmp_path / "printed"
    (kept / "v1").mkdir(parents=True)
    places = {"PYTHONPATH": str(BUCKETS), "KEPT_IN": str(kept), "WAITS_FOR": str(goes_on)}
    export = beam.start(settings, *order(study, "kept://v1"), log=log, **places)
    wait_until(lambda: names(kept / "v1"))
    face_id = names(kept / "v1")[0].partition(".")[0]
    platform.withdrawal.remove(OPERATOR, study.id, face_id, Removal.ASKED)
    goes_on.touch()
    assert export.wait(2 * LONG) == 1
    assert "A face was withdrawn in the meantime." in log.read_text()
    assert not [name for name in files(kept / "v1") if name.endswith(".tar") or name == "SHA256SUMS"]
    beam.run(settings, *order(study, "kept://v1"), **places)
    assert face_id not in "".join(names(kept / "v1"))
    left = platform.versions.named(OPERATOR, study.id, "v1").faces
    assert sum(name.endswith(".jpg") for name in names(kept / "v1")) == left


def names(folder) -> list[str]:
    """What lies in its shards."""
    found = []
    for shard in sorted(folder.glob("*.tar")):
        with tarfile.open(shard) as tar:
            found += tar.getnames()
    return found


def test_a_place_that_nothing_can_write_to_is_said(study, settings, tmp_path):
    log = tmp_path / "printed"
    assert beam.start(settings, *order(study, "nowhere://v1"), log=log).wait(2 * LONG) == 1
    assert "Nothing here can write to nowhere://v1." in log.read_text()
