"""The paper's AlexNet variant on FER+.

    python -m training.train --recipe alexnet --data ferplus:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Took about an hour and a half on two busy cores; 0.771 top-1 and 0.962 top-3 on the validation split. With
PyTorch (`pip install torch`) it takes a part of that: `python -m benchmarks.training` says how much.
"""

from training.recipe import Recipe, Stage

RECIPE = Recipe(
    model="alexnet",
    stages=(Stage(epochs=8, options={"strided": True}), Stage(epochs=1, faces=12_480)),
    batch_size=32,
    learning_rate=0.001,
    warmup_steps=800,
    class_weight_power=0.33,
    soft_targets=True,
)
