"""The command line's options for work on very many faces."""

from collections.abc import Callable
from importlib.util import find_spec

import click

from fers.errors import InvalidInput


def large_work(command: Callable) -> Callable:
    """Add `--engine`, `--workers` and, behind `--`, the options that Beam itself understands."""
    for add in (
        click.argument("beam_options", metavar="[-- BEAM OPTION…]", nargs=-1),
        click.option(
            "--workers", type=click.IntRange(1), default=2, show_default=True, help="Number of processes, with beam."
        ),
        click.option(
            "--engine",
            type=click.Choice(["plain", "beam"]),
            default="plain",
            show_default=True,
            help="For very many faces: Apache Beam, here or on many machines (docs/operators/large.md).",
        ),
    ):
        command = add(command)
    return command


def require_beam() -> None:
    """Raises InvalidInput where Apache Beam isn't installed."""
    if find_spec("apache_beam") is None:
        raise InvalidInput("command.no-beam")
