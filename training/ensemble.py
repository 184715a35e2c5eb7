"""Make one network of several that were trained apart, which says the geometric mean of what they say:
`python -m training.ensemble --member MODEL --member MODEL --out RUN`.

The run folder that it makes is packaged like any other. Members are FERSNets.
"""

from pathlib import Path

import click

from fers import adapters, config
from fers.cli.explaining import explains_failures
from training import beginnings
from training.models.fersnet import joined
from training.run import CHECKPOINT


@click.command(help=__doc__)
@click.option(
    "--member",
    "members",
    required=True,
    multiple=True,
    metavar="MODEL",
    help="A model (name or folder) with a .keras file, a run folder or a .keras file; at least two.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run folder to write.")
@explains_failures
def main(members: tuple[str, ...], out: Path) -> None:
    if len(members) < 2:
        raise click.UsageError("An ensemble has at least two members. Name another one with --member.")
    try:
        registry = adapters.registry(config.load())
        whole = joined([beginnings.learned(beginnings.place(member, registry)) for member in members])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    out.mkdir(parents=True, exist_ok=True)
    whole.save(out / CHECKPOINT)
    click.echo(f"The network of {len(members)} is {out / CHECKPOINT}.")


if __name__ == "__main__":
    main()
