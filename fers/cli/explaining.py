"""How the command line tells of failures."""

import errno
from collections.abc import Callable
from functools import wraps

import click

from fers.errors import FersError, InvalidInput


def explains_failures(command: Callable) -> Callable:
    """Turn a FersError, and what the operating system refuses, into click's own `Error: …` line and exit status 1."""

    @wraps(command)
    def explained(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except FersError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # Whoever read what is printed has had enough; click ends without a word.
                raise
            raise click.ClickException(str(_refusal(error))) from error

    return explained


def _refusal(error: OSError) -> FersError:
    problem = error.strerror or str(error)
    if error.filename is None:
        return InvalidInput("command.refused", problem=problem)
    return InvalidInput("command.path-refused", path=error.filename, problem=problem)
