"""Stores that go away in the middle of work, before a chosen call."""

from collections.abc import Callable
from dataclasses import fields, replace

from fers.domain.interfaces import Stores
from fers.errors import StoreUnavailable


def unreachable(*_) -> None:
    raise StoreUnavailable("store.unreachable")


class Interruption:
    """`left`: how many calls are let through; None: all. `happens` is called before each that comes after.

    `again_is_free`: what was let through once always is, and does not count: so work that is begun again comes as far
    as it was, whatever it repeats, and then on by `left` calls.
    """

    def __init__(self, happens: Callable[[], None] = unreachable, again_is_free: bool = False):
        self.left: int | None = None
        self._happens = happens
        self._done: set | None = set() if again_is_free else None

    def stores(self, stores: Stores) -> Stores:
        kept = {field.name: getattr(stores, field.name) for field in fields(stores)}
        return replace(stores, **{name: _Interrupted(store, self) for name, store in kept.items()})

    def before(self, call: str) -> None:
        if self._done is not None and call in self._done:
            return
        if self.left == 0:
            self._happens()
        if self.left is not None:
            self.left -= 1
        if self._done is not None:
            self._done.add(call)


class _Interrupted:
    def __init__(self, store, interruption: Interruption):
        self._store = store
        self._interruption = interruption

    def __getattr__(self, name: str):
        work = getattr(self._store, name)
        if not callable(work):
            return work

        def call(*arguments):
            self._interruption.before(f"{name}{arguments}")
            return work(*arguments)

        return call
