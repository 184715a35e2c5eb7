"""How long whoever keeps guessing waits, the same for every store."""

import math
from datetime import timedelta

from fers.errors import TooManyAttempts

FREE_FAILURES = 5
FORGOTTEN_AFTER = timedelta(days=1)
_LONGEST_WAIT_SECONDS = 900


def wait_seconds(failures: int, free: int = FREE_FAILURES) -> int:
    """How long the next attempt waits after so many failures in a row."""
    excess = failures - free
    return 0 if excess < 0 else min(2 ** min(excess, 10), _LONGEST_WAIT_SECONDS)


def refuse_too_soon(remaining: timedelta, failures: int, free: int) -> None:
    """Raises TooManyAttempts where `remaining` is left of a wait after so many failures. More than it ever was is no
    wait, but a clock that was set back."""
    if timedelta() < remaining <= timedelta(seconds=wait_seconds(failures, free)):
        raise TooManyAttempts("sign-in.wait", wait=math.ceil(remaining.total_seconds()))
