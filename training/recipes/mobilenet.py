r"""The MobileNet variant on FER+, by the protocol of Table II.

    python -m training.train --recipe mobilenet --data ferplus-votes:FER2013Train.zip \
        --validate ferplus:FER2013Valid.zip
"""

from training.protocol import grown

RECIPE = grown("mobilenet")
