"""The paper's AlexNet variant on FER+, for its thirteen epochs, otherwise by the protocol of Table II.

    python -m training.train --recipe alexnet --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

Takes two and a half hours on one core with PyTorch. The bundled model is of a shorter training (its card says which).
"""

from training.protocol import by_adam

RECIPE = by_adam("alexnet", epochs=13)
