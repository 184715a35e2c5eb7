"""Whether somebody is there to be asked."""

import sys


def at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()  # Services may be started without any.
