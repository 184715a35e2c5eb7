"""`python -m fers`."""

from fers.cli import main

main(prog_name="python -m fers")
