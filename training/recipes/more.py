"""A trained model learns on from a few hundred new faces, without losing what it knows.

    python -m training.train --data fers:EXPORT --init-from vgg13-ferplus

A plain continuation makes it worse on people it has not seen. What keeps it from forgetting: it learns half from what
it said itself, from faces nearly as they are, in small steps, with its batch normalisation left alone; and its old
weights keep half a share in the new ones. docs/researchers/experiments.md says what that is worth.
"""

from training.recipe import Augmentation, Recipe, Stage

RECIPE = Recipe(
    model=None,
    stages=(Stage(8),),
    batch_size=32,
    learning_rate=0.003,
    warmup_steps=10,
    class_weight_power=0,
    soft_targets=True,
    optimizer="sgd",
    augmentation=Augmentation(
        zoom=(0.95, 1.1), shift=0.04, rotation=5, colour=0, contrast=0.1, brightness=0.05, gamma=0.1, noise=0.01
    ),
    frozen_statistics=True,
    start_share=0.5,
    taught_by_start=True,
)
