"""`fers study export` and `import`: a study as one readable file."""

from pathlib import Path

import click

from fers import assembly, config
from fers.cli.datasets import study_named
from fers.cli.explaining import explains_failures
from fers.domain.people import OPERATOR
from fers.services.people.study_files import what_it_asks


@click.group()
def study() -> None:
    """Write a study to a file, to be preregistered or run again, or make a study of such a file."""


@study.command()
@click.argument("name", metavar="STUDY")
@explains_failures
def export(name: str) -> None:
    """Print STUDY, named by its name or id, as TOML: what it says and asks, and nothing of people.

    fers study export "My study" > study.toml
    """
    services = assembly.assemble(config.load())
    text = services.study_files.text(OPERATOR, study_named(services, name).id)
    click.echo(text.encode(), nl=False)  # TOML is UTF-8, whatever the terminal writes.


@study.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", metavar="NAME", help="What to call the study, if not as FILE does.")
@explains_failures
def import_(file: Path, name: str | None) -> None:
    """Make a new study of FILE. It is closed: say in the app who runs it, then open it there."""
    made = assembly.assemble(config.load()).study_files.create(OPERATOR, file.read_bytes(), name)
    click.echo(
        f"Made the study {made.name} with {what_it_asks(made)}. It is closed: say in the app who runs it, then open it."
    )
