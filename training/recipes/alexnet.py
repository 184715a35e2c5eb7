"""The paper's AlexNet variant on FER+.

python -m training.train --recipe alexnet --data ferplus:FER2013Train.zip --validate ferplus:FER2013Valid.zip
"""

from training.recipe import Recipe

RECIPE = Recipe(
    model="alexnet",
    epochs=9,
    strided_epochs=8,
    full_epoch_faces=12_480,
    batch_size=32,
    learning_rate=0.001,
    warmup_steps=800,
    class_weight_power=0.33,
    soft_targets=True,
)
