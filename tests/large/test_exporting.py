"""A dataset version written by several Beam workers: byte for byte what one process writes."""

from datetime import UTC, datetime

import pytest

from fers.domain.people import OPERATOR
from fers.exporting.release import Cut
from tests.large import beam
from tests.people import give_face, participant, pattern

pytestmark = pytest.mark.slow


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_several_workers_write_what_one_process_writes(platform, clock, settings, tmp_path):
    clock.moment = datetime.now(UTC)  # Commands live in the present, where older faces are overdue.
    for number in range(12):
        person = participant(platform, f"{number}@example.org")
        for photo in range(2):
            give_face(platform, person, picture=pattern(2 * number + photo))
    study = platform.studies.current()
    platform.snapshots.freeze(OPERATOR, study.id, "v1")
    alone, together = tmp_path / "alone", tmp_path / "together"
    platform.downloads.write(OPERATOR, study.id, "v1", "webdataset", Cut.WHOLE, alone)
    together.mkdir()
    for left_by_a_killed_run in ("train-000042.tar", "train-000000.tar.0a1b2c3d.part"):
        (together / left_by_a_killed_run).write_bytes(b"half a fa")
    order = ("export", "v1", "--study", study.id, "--format", "webdataset", "--whole", "--out", together)
    beam.run(settings, *order, "--engine", "beam", "--workers", 2)
    assert files(together) == files(alone)
    assert sum(name.endswith(".tar") for name in files(alone)) > 1
