r"""The MobileNet variant on FER+, by the protocol of Table II.

    python -m training.train --recipe mobilenet --data ferplus-votes:FER2013Train.zip \
        --validate ferplus:FER2013Valid.zip

0.842 top-1 and 0.983 top-3 on the validation split.
"""

from training.protocol import grown

RECIPE = grown("mobilenet")
