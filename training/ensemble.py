"""Make one network of several that were trained apart, which says the geometric mean of what they say:
`python -m training.ensemble --member MODEL --member MODEL --out RUN`.

The run folder that it makes is packaged like any other. Members are FERSNets.
"""

from pathlib import Path

import click

from fers.cli.explaining import explains_failures
from training.members import MEMBERS, RUN, become_one
from training.models.fersnet import joined


@click.command(help=__doc__)
@click.option("--member", "members", **MEMBERS)
@click.option("--out", **RUN)
@explains_failures
def main(members: tuple[str, ...], out: Path) -> None:
    become_one(members, out, joined)


if __name__ == "__main__":
    main()
