"""Make one network of several of the same architecture that began from the same weights, by averaging their weights:
`python -m training.average --member MODEL --member MODEL --out RUN`.

A model soup (Wortsman et al., ICML 2022): networks that were trained on from one another usually keep between them what
each of them learned, and unlike an ensemble (`python -m training.ensemble`) the average takes no longer than one. The
run folder that it makes is packaged like any other.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import keras
import numpy as np

from fers.cli.explaining import explains_failures
from training.members import MEMBERS, RUN, become_one


@click.command(help=__doc__)
@click.option("--member", "members", **MEMBERS)
@click.option("--out", **RUN)
@explains_failures
def main(members: tuple[str, ...], out: Path) -> None:
    become_one(members, out, averaged)


def averaged(members: Sequence[keras.Model]) -> keras.Model:
    """Return the first of the networks with the mean of all their weights, those of batch normalisation, too.
    Raises ValueError when their architectures differ."""
    whole = members[0]
    if any(_shape(member) != _shape(whole) for member in members):
        raise ValueError("these networks differ in their architectures; weights are averaged of networks of the same")
    whole.set_weights([np.mean(same, axis=0) for same in zip(*(one.get_weights() for one in members), strict=True)])
    return whole


def _shape(network: keras.Model) -> list[tuple]:
    """What each layer is and how large its weights are, whatever it is called."""
    return [(type(layer), *(weight.shape for weight in layer.weights)) for layer in network.layers]


if __name__ == "__main__":
    main()
