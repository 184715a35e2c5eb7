"""Several networks become one: what the commands that do so share."""

from collections.abc import Callable
from pathlib import Path

import click
import keras

from fers import adapters, config
from training import beginnings
from training.run import CHECKPOINT

MEMBERS = {
    "required": True,
    "multiple": True,
    "metavar": "MODEL",
    "help": "A model (name or folder) with a .keras file, a run folder or a .keras file; at least two.",
}
RUN = {"required": True, "type": click.Path(path_type=Path), "help": "Run folder to write."}


def become_one(members: tuple[str, ...], out: Path, united: Callable[[list[keras.Model]], keras.Model]) -> None:
    """Write the run folder of the network that `united` makes of those that are named."""
    if len(members) < 2:
        raise click.UsageError("Name at least two networks, each with --member.")
    try:
        registry = adapters.registry(config.load())
        whole = united([beginnings.learned(beginnings.place(member, registry)) for member in members])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    out.mkdir(parents=True, exist_ok=True)
    whole.save(out / CHECKPOINT)
    click.echo(f"The network of {len(members)} is {out / CHECKPOINT}.")
