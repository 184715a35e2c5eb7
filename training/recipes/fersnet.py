"""The default model on FER+, on faces that grow during training (progressive resizing, as in EfficientNetV2).

    python -m training.train --recipe fersnet --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Took an hour and 50 minutes on two busy cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.851 top-1 and 0.987 top-3
on the validation split.
"""

from training.recipe import Augmentation, Recipe, Stage

RECIPE = Recipe(
    model="fersnet",
    stages=(Stage(12, {"side": 32}), Stage(12, {"side": 40}), Stage(4)),
    batch_size=128,
    learning_rate=0.1,
    warmup_steps=200,
    class_weight_power=0.25,
    soft_targets=True,
    optimizer="sgd",
    weight_decay=0.005,
    augmentation=Augmentation(
        zoom=(0.8, 1.35), shift=0.08, rotation=15, colour=0, contrast=0.3, brightness=0.15, gamma=0.35, blur=0.02
    ),
)
