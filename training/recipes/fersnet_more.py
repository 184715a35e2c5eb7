"""The default model learns on from a few hundred new faces, without losing what it knows.

    python -m training.train --recipe fersnet_more --init-from models/fersnet-ferplus --teacher fersnet-ferplus \\
        --data fers:EXPORT#train --validate fers:EXPORT#validation

A plain continuation makes it worse on people it has not seen. Three things keep it from forgetting: it learns half from
what it said itself (`--teacher`), its small step size, and its old weights' half share in the new ones.
docs/experiments.md says what that is worth.
"""

from dataclasses import replace

from training.recipe import Stage
from training.recipes import fersnet

RECIPE = replace(
    fersnet.RECIPE, stages=(Stage(8),), batch_size=32, learning_rate=0.01, warmup_steps=10, start_share=0.5
)
