"""What `fers models add` tells: to people in lines of words, and to the page that started it in lines of JSON, each an
object with its kind, what it says, and what belongs to that kind."""

import json
from collections.abc import Callable
from enum import StrEnum

import click


class Kind(StrEnum):
    TOLD = "told"
    FOUND = "found"
    """The test found something wrong. `in_full`: with what is to stand in a description."""
    REGISTERED = "registered"
    """`id`: of the model."""
    DOUBTED = "doubted"
    """It was not registered for what was found. `next`, `operator`, `code` and `fields`: as a FersError has them."""
    REFUSED = "refused"
    """Likewise, for good."""


Tell = Callable[..., None]
"""Called with a kind, what it says, and what belongs to it by name."""


def in_words(kind: Kind, says: str, **more: str) -> None:
    click.echo(f"WRONG: {more['in_full']}" if kind is Kind.FOUND else says)


def in_json(kind: Kind, says: str, **more: object) -> None:
    click.echo(json.dumps({"kind": kind, "says": says} | more))
