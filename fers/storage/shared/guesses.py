"""Slows down whoever guesses the codes of studies and invitations, wherever they do it from."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from fers.storage.shared.credentials import sha256

FREE = 50
"""Wrong codes in a day from one address that cost nothing: a class that joins at once mistypes a few."""
FREE_AMONG_MANY = 5
MANY = 500
"""Wrong codes in a day, from anywhere: then somebody guesses from many addresses, and each has less to try."""


class Counting(Protocol):
    """A `Throttle`, on any store."""

    def check(self, key: str, free: int) -> None: ...

    def begin(self, key: str, free: int) -> None: ...

    def failures(self, key: str) -> int: ...


class Guesses:
    """Whoever typed too many codes that nobody has waits, with a right one too; nobody waits for what others typed
    elsewhere, so that a class with the right code comes in while somebody guesses."""

    def __init__(self, throttle: Counting, now: Callable[[], datetime]):
        self._throttle = throttle
        self._now = now

    def check(self, caller: str) -> None:
        self._throttle.check(self._key(caller), self._free())

    def count(self, caller: str) -> None:
        self._throttle.begin(self._key(caller), self._free())
        if self._throttle.failures(self._today()) < MANY:
            self._throttle.begin(self._today(), MANY + 1)

    def _free(self) -> int:
        return FREE if self._throttle.failures(self._today()) < MANY else FREE_AMONG_MANY

    def _key(self, caller: str) -> str:
        return f"{self._today()} {sha256(caller)}"

    def _today(self) -> str:
        """Each day begins anew: behind some addresses somebody mistypes a code every day."""
        return f"guesses {self._now():%Y-%m-%d}"
