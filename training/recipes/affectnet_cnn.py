r"""AffectNet's CNN baseline on FER+, by the protocol of Table II.

    python -m training.train --recipe affectnet_cnn --data ferplus-votes:FER2013Train.zip \
        --validate ferplus:FER2013Valid.zip

0.796 top-1 and 0.972 top-3 on the validation split.

AffectNet's authors weigh classes by their inverse frequency; FER+ has 168 faces of contempt and 10,295 neutral ones,
too uneven for that, so a root of it must do, as in the other recipes.
"""

from training.protocol import by_adam

RECIPE = by_adam("affectnet_cnn")
