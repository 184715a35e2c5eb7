"""Waiting for what other processes do."""

import time
from collections.abc import Callable

LONG = 180.0
"""Seconds after which what a test waits for won't come any more. A machine full of other work is slow; that is no fault
of what is tested, and nothing takes longer for it."""


def wait_until(
    it_is_so: Callable[[], object], seconds: float = LONG, pause: Callable[[float], object] = time.sleep
) -> None:
    """Look again and again; `pause` is told for how many seconds to wait between two looks."""
    deadline = time.monotonic() + seconds
    while not it_is_so():
        assert time.monotonic() < deadline, "it never came to that"
        pause(0.02)
