"""2Att-Mt, two-level attention that learns valence and arousal with the classes, on FER+, by the protocol of Table II.

    python -m training.train --recipe att2_mt --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

0.855 top-1 and 0.985 top-3 on the validation split.

FER+ has no valence and arousal: they are derived from its votes (`training.circumplex`), so the second task tells the
network how the classes relate to one another, but nothing new about a face. Sets that have them, such as AffectNet's,
are learned from as they are.
"""

from training.protocol import grown

VALENCE_AROUSAL_WEIGHT = 0.5
RECIPE = grown("two_level_attention", VALENCE_AROUSAL_WEIGHT, tasks="joint")
