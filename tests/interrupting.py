"""Stores that go away in the middle of work, before a chosen one of the calls that change something."""

from collections.abc import Callable
from dataclasses import fields, replace

from fers.domain.interfaces import Stores
from fers.errors import StoreUnavailable

_LOOKING = (
    "answers",
    "audit",
    "consents_of",
    "count",
    "descriptions",
    "email_of",
    "entries",
    "face",
    "get",
    "gold",
    "guesses",
    "invitation",
    "keys",
    "known",
    "labels",
    "latest",
    "matches",
    "memberships_of",
    "missed",
    "noted",
    "people",
    "person",
    "problems",
    "progress",
    "promotions",
    "ranks",
    "reached",
    "results",
    "runs",
    "shadow",
    "snapshot",
    "studies",
    "trials",
)
"""How the names of those begin that change nothing: going away before one of them is going away before the next change.
"""


def unreachable(*_) -> None:
    raise StoreUnavailable("The store can't be reached.", "Try again.")


class Interruption:
    """`left`: how many changes are let through; None: all. `happens` is called before each that comes after.

    `again_is_free`: what was let through once always is, and does not count: so work that is begun again comes as far
    as it was, whatever it repeats, and then on by `left` changes.
    """

    def __init__(self, happens: Callable[[], None] = unreachable, again_is_free: bool = False):
        self.left: int | None = None
        self._happens = happens
        self._done: set | None = set() if again_is_free else None

    def stores(self, stores: Stores) -> Stores:
        kept = {field.name: getattr(stores, field.name) for field in fields(stores)}
        return replace(stores, **{name: _Interrupted(store, self) for name, store in kept.items()})

    def change(self, what: str) -> None:
        if self._done is not None and what in self._done:
            return
        if self.left == 0:
            self._happens()
        if self.left is not None:
            self.left -= 1
        if self._done is not None:
            self._done.add(what)


class _Interrupted:
    def __init__(self, store, interruption: Interruption):
        self._store = store
        self._interruption = interruption

    def __getattr__(self, name: str):
        work = getattr(self._store, name)
        if not callable(work) or name.startswith(_LOOKING):
            return work

        def change(*arguments):
            self._interruption.change(f"{name}{arguments}")
            return work(*arguments)

        return change
