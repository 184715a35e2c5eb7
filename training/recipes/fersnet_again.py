"""A second, gentler cycle for the default model (warm restart: Loshchilov & Hutter, ICLR 2017).

    python -m training.train --recipe fersnet_again --init-from runs/fersnet \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Took an hour on two busy cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.860 top-1 and 0.990 top-3 on the
validation split, after 0.851 and 0.987 with `fersnet` alone: one cycle leaves the network short of what it can learn.
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
