"""Room in memory for what needs much of it: whoever finds too little waits for those who came before."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """Safe to share between threads. Never ask for room while holding some: two that do wait for each other."""

    def __init__(self, size: int):
        self._size = self._free = size
        self._first = threading.Lock()
        """Held by whoever waits longest, so that small wishes don't overtake a large one for ever."""
        self._changed = threading.Condition()

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        """Hold room for `size` bytes, or all there is for what is larger than that."""
        size = min(size, self._size)
        with self._first, self._changed:
            self._changed.wait_for(lambda: self._free >= size)
            self._free -= size
        try:
            yield
        finally:
            with self._changed:
                self._free += size
                self._changed.notify_all()
