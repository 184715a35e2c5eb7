r"""The default model on FER+, on faces that grow during training (progressive resizing, as in EfficientNetV2).

    python -m training.train --recipe fersnet \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip \
        --teacher fersnet-ferplus --teacher att2_2mt-ferplus --teacher vgg-ferplus

Took an hour and a half on one core with PyTorch; 0.872 top-1 and 0.992 top-3 on the validation split. Without teachers
0.870, and a confidence that is less to be believed.
"""

from training.recipe import Augmentation, Recipe, Stage

RECIPE = Recipe(
    model="fersnet",
    stages=(Stage(20, {"side": 32}), Stage(16, {"side": 40}), Stage(16)),
    batch_size=128,
    learning_rate=0.1,
    warmup_steps=200,
    class_weight_power=0.25,
    soft_targets=True,
    optimizer="sgd",
    weight_decay=0.005,
    averaging=0.999,
    augmentation=Augmentation(
        zoom=(0.8, 1.35), shift=0.08, rotation=15, colour=0, contrast=0.3, brightness=0.15, gamma=0.35, blur=0.02
    ),
)
