"""A lock that threads get in the order they asked for it."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from fers.storage.sqlite.failures import busy


class FairLock:
    """Python's own lock lets a thread that has just had it have it again before those who wait, for minutes if it is
    busy enough; here nobody is passed over."""

    def __init__(self) -> None:
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, patience_seconds: float) -> Iterator[None]:
        """Run the block alone. Raises StoreUnavailable when the turn does not come in time."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: self._queue[0] is ticket, patience_seconds):
                    raise busy()
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()
