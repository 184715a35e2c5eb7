"""How the command line tells of failures."""

from collections.abc import Callable
from functools import wraps

import click

from fers.errors import FersError


def explains_failures(command: Callable) -> Callable:
    """Turn a FersError into click's own `Error: …` line and exit status 1."""

    @wraps(command)
    def explained(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except FersError as error:
            raise click.ClickException(str(error)) from error

    return explained
