"""`fers demo`: a sample study to look around in."""

import os
from pathlib import Path

import click

from fers import config
from fers.cli.ending import end_with
from fers.cli.explaining import explains_failures
from fers.demo import place


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default="demo",
    show_default=True,
    help="Where the sample study is kept.",
)
@click.option("--port", type=int, help="Where it answers. Without it, PORT or 8501.")
@click.option("--ends-with", type=int, hidden=True, help="The id of the process that started this one.")
@click.option("--make-only", is_flag=True, help="Make it, and don't start the app.")
@explains_failures
def demo(folder: Path, port: int | None, ends_with: int | None, make_only: bool) -> None:
    """Make a sample study of drawn faces and start the app on it.

    Takes about a minute the first time. It has a store of its own: your own faces, if there are any, stay out of it.
    Delete the folder to be rid of it.
    """
    if ends_with is not None:
        end_with(ends_with)
    own = {"FERS_STORE": "embedded", "FERS_DATA": str(folder.resolve())} | ({} if port is None else {"PORT": str(port)})
    settings = config.load(os.environ | own)
    password = place.open_or_make(settings, click.echo)
    click.echo(f"Sign in as one of these, with the password {password}")
    for role, address in place.ADDRESSES.items():
        click.echo(f"  {address} ({role})")
    if not make_only:
        from fers.ui.web import server

        os.environ |= own  # Pages ask for the settings by themselves.
        server.run(settings)
