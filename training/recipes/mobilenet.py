"""The MobileNet variant on FER+.

    python -m training.train --recipe mobilenet --data ferplus-votes:FER2013Train.zip \
        --validate ferplus:FER2013Valid.zip

Took under 25 minutes on two busy cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.666 top-1 and 0.924 top-3 on
the validation split.
"""

from training.recipe import Recipe, Stage

RECIPE = Recipe(
    model="mobilenet",
    stages=(Stage(5, {"side": 32}), Stage(2)),
    batch_size=128,
    learning_rate=0.1,
    warmup_steps=200,
    class_weight_power=0.25,
    soft_targets=True,
    optimizer="sgd",
    weight_decay=0.005,
)
