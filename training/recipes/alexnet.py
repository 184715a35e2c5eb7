"""The paper's AlexNet variant on FER+, by the protocol of Table II.

    python -m training.train --recipe alexnet --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

0.854 top-1 and 0.985 top-3 on the validation split, after nearly six hours on one core of a busy machine.
"""

from training.protocol import by_adam

RECIPE = by_adam("alexnet")
