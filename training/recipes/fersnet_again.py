"""A second, gentler cycle for the default model (warm restart: Loshchilov & Hutter, ICLR 2017).

    python -m training.train --recipe fersnet_again --init-from runs/fersnet \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

One cycle leaves the network short of what it can learn: it does no better on the faces it learns from than on others.
"""

from dataclasses import replace

from training.recipe import Stage
from training.recipes import fersnet

RECIPE = replace(
    fersnet.RECIPE,
    stages=(Stage(7, {"side": 40}), Stage(5)),
    learning_rate=0.05,
    seed=20211,
)
