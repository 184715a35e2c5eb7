r"""FERSNet on FER+, on faces that grow during training (progressive resizing, as in EfficientNetV2). The bundled model
is two of them that answer as one, the second of which learned from what the first says, too:

    python -m training.train --recipe fersnet --out runs/first \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip
    python -m training.train --recipe fersnet --out runs/second \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip \
        --teacher FIRST --teacher att2_2mt-ferplus --teacher vgg-ferplus
    python -m training.ensemble --member runs/first --member runs/second --out runs/fersnet

where FIRST is the first one as a model folder (`python -m training.package`). Each took an hour and a half on one core
with PyTorch; top-1 on the validation split is 0.870 for the first, 0.872 for the second, and 0.879 for both.
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
