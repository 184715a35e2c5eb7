"""`python -m fers`."""

from fers.cli.main import main

main(prog_name="python -m fers")
