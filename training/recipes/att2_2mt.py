"""2Att-2Mt, two-level attention with multi-task learning in two stages, on FER+.

    python -m training.train --recipe att2_2mt --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Took under 25 minutes on two busy cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.761 top-1 and 0.961 top-3 on
the validation split.

Valence and arousal are derived from FER+'s votes, as for 2Att-Mt. Both stages are learned at once: each of their
answers has its own loss.
"""

from dataclasses import replace

from training.recipe import Stage
from training.recipes import att2_mt

RECIPE = replace(
    att2_mt.RECIPE,
    stages=(Stage(5, {"side": 32, "tasks": "two-stage"}), Stage(2, {"tasks": "two-stage"})),
)
