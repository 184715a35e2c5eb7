"""Benchmarks that write tables by themselves still know them. How quick anything is, they say when they are run."""

import subprocess
import sys

import pytest
from PIL import ImageChops

from benchmarks.groups import Composer, hits
from fers.domain.boxes import Box
from tests.people import photo

SMALL = {
    "crowd": ["--people", "2", "--uploaders", "1", "--seconds", "1", "--rounds", "1", "--pause", "0.2"],
    "comparing": ["--faces", "300", "--models", "2", "--runs", "1"],
    "explore": ["--faces", "1000", "--runs", "1"],
    "export": ["--faces", "20", "--format", "coco", "--cut", "crop"],
    "field": ["--faces", "1000", "--runs", "1"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_small_run_comes_to_its_end(name):
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *SMALL[name]], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and done.returncode in (0, 1), done.stderr  # 1: slower than it should be.
    assert done.stdout


def test_groups_are_the_same_by_seed_and_what_is_found_is_counted_truly(tmp_path):
    for number in range(60):
        (tmp_path / f"Somebody_{number}_0001.jpg").write_bytes(photo())
    one, again = (Composer(tmp_path, "tune").group(2) for _ in range(2))
    assert one.faces == again.faces and len(one.faces) > 1
    assert ImageChops.difference(one.pixels, again.pixels).getbbox() is None
    assert Composer(tmp_path, "report").group(2).faces != one.faces
    here, twice, small, elsewhere = Box(0, 0, 80, 80), Box(5, 5, 80, 80), Box(300, 0, 30, 30), Box(500, 500, 90, 90)
    assert hits([here], [here, small]) == (1, 1, 0)
    assert hits([here, twice, elsewhere, small], [here]) == (1, 1, 2)
    assert hits([], [here]) == (0, 1, 0)
