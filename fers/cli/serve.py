"""`fers serve`: the app."""

import click

from fers import config
from fers.cli.explaining import explains_failures


@click.command()
@click.option("--behind-proxy", is_flag=True, help="Listen on every address, for a trusted proxy that handles HTTPS.")
@explains_failures
def serve(behind_proxy: bool) -> None:
    """Start the app on 127.0.0.1 (PORT, default 8501)."""
    from fers.ui.web import server

    server.run(config.load(), behind_proxy=behind_proxy)
