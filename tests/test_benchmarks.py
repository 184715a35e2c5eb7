"""Benchmarks that write tables by themselves still know them. How quick anything is, they say when they are run."""

import subprocess
import sys

import pytest

SMALL = {
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
