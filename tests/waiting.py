"""Waiting for what other processes do."""

import time
from collections.abc import Callable


def wait_until(it_is_so: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not it_is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)
