"""A Firestore server for tests: npm's @firestore-emulator/server, in a process of its own.

Known gaps, on which nothing in the stores rests: a batch is not undone when one of its writes fails (what can fail
comes first in a batch), preconditions on the time of an update are ignored (the stores use those on existence),
cursors are ignored (the stores page by value), transactions don't keep each other out (the stores use none), no query
ever needs an index (tests/servers/firestore_indexes.py looks).
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from .node import running


class FirestoreServer:
    def __init__(self, process: subprocess.Popen):
        self._process = process
        self.address = f"127.0.0.1:{int(process.stdout.readline())}"

    def misbehave(self, **fault: int) -> int:
        """`code`, `after`, `every`, `done`, `delay`: see firestore.mjs; nothing at all: behave again. Returns the
        number of calls since the last order."""
        self._process.stdin.write(json.dumps(fault) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def firestore() -> Iterator[FirestoreServer]:
    """A fresh server, which ends with the block."""
    with running("firestore.mjs") as server:
        yield FirestoreServer(server)
