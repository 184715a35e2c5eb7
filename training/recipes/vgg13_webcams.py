r"""The default model: VGG13 at its published size, which then learns what webcams do to a face. It takes

    python -m training.table2 --only vgg --out runs/table2 \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip
    python -m training.train --recipe vgg13_webcams --init-from runs/table2/vgg/checkpoint.keras \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip \
        --teacher fersnet-ferplus --teacher BEFORE

where BEFORE is what the first command trained, as a model folder (`python -m training.package`). The first takes four
hours on one core with PyTorch, the second one; top-1 on the validation split is then 0.892, top-3 0.993.
docs/researchers/experiments.md says what each is worth.
"""

from dataclasses import replace

from training.recipe import Stage
from training.recipes import fersnet

RECIPE = replace(
    fersnet.RECIPE,
    model="vgg",
    stages=(Stage(12, {"side": 48, "published": True}),),
    learning_rate=0.02,
    averaging=0.9962,
)
