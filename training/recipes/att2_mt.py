"""2Att-Mt, two-level attention that learns valence and arousal with the classes, on FER+.

    python -m training.train --recipe att2_mt --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Took under 12 minutes on two cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.772 top-1 and 0.959 top-3 on the
validation split.

FER+ has no valence and arousal: they are derived from its votes (`training.circumplex`), so the second task tells the
network how the classes relate to one another, but nothing new about a face. Sets that have them, such as AffectNet's,
are learned from as they are.
"""

from dataclasses import replace

from training.recipe import Stage
from training.recipes import att2_cnn

RECIPE = replace(
    att2_cnn.RECIPE,
    stages=(Stage(5, {"side": 32, "tasks": "joint"}), Stage(2, {"tasks": "joint"})),
    valence_arousal_weight=0.5,
)
