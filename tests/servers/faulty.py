"""Stands before a server that speaks HTTP, and can be told to misbehave."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .proxy import Answer, Asked, Proxy


@dataclass(frozen=True)
class Fault:
    """What happens to every `every`th request."""

    status: int = 0
    """0: none of its own."""
    message: str = ""
    """What the answer calls the failure, as Google's servers do."""
    every: int = 1
    delay: float = 0.0
    """Seconds before anything happens."""
    cut: bool = False
    """The connection is cut instead of an answer."""
    done: bool = False
    """What was asked for is done all the same."""


class FaultyServer(Proxy):
    fault = Fault()
    requests = 0
    """Since the last order."""

    def misbehave(self, fault: Fault = Fault()) -> None:  # noqa: B008 - frozen
        """From now on; without a fault: behave again."""
        self.fault, self.requests = fault, 0

    def answer(self, asked: Asked) -> Answer | None:
        with self.lock:
            self.requests += 1
            fault = self.fault if self.requests % self.fault.every == 0 else Fault()
        time.sleep(fault.delay)
        answer = asked.pass_on() if fault.done or not (fault.cut or fault.status) else None
        if fault.cut:
            return None
        if fault.status:
            body = json.dumps({"error": {"code": fault.status, "message": fault.message}}).encode()
            return Answer(fault.status, body, {"Content-Type": "application/json"})
        return answer


@contextmanager
def faulty(behind: str) -> Iterator[FaultyServer]:
    """`behind`: address of the true server."""
    server = FaultyServer(behind)
    try:
        yield server
    finally:
        server.close()
