r"""AffectNet's CNN baseline on FER+.

    python -m training.train --recipe affectnet_cnn --data ferplus-votes:FER2013Train.zip \
        --validate ferplus:FER2013Valid.zip

Took under 25 minutes on two busy cores with Keras on PyTorch (`KERAS_BACKEND=torch`); 0.627 top-1 and 0.886 top-3 on
the validation split.

Without batch normalisation the network needs Adam's small steps. AffectNet's authors weigh classes by their inverse
frequency; FER+ has 168 faces of contempt and 10,295 neutral ones, too uneven for that, so a root of it must do, as in
the other recipes.
"""

from training.recipe import Recipe, Stage

RECIPE = Recipe(
    model="affectnet_cnn",
    stages=(Stage(7),),
    batch_size=128,
    learning_rate=0.0006,
    warmup_steps=200,
    class_weight_power=0.25,
    soft_targets=True,
)
