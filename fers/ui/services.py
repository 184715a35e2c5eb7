"""The services behind the pages."""

from functools import cache

from fers import config
from fers.assembly import Platform, assemble


@cache
def platform() -> Platform:
    """The services, assembled once per server process. Raises StoreUnavailable when the store can't be opened."""
    return assemble(config.load())
