"""How far a share can be trusted that was counted on so many faces."""

from statistics import NormalDist

import numpy as np

from fers.domain.evaluation_sets import Figure

Z = NormalDist().inv_cdf(0.975)
"""Standard errors from the middle of a 95% interval to its ends."""


def wilson(count: float, total: float) -> Figure:
    """A share, 0 to 1, with the ends of its 95% interval (Wilson, J. Am. Stat. Assoc. 22, 1927), which stay between 0
    and 1 and mean something for few faces too; NaN where `total` is 0. Neither needs to be whole: faces of one person
    may count as fewer (`significance.design_effect`)."""
    if not total:
        return (float("nan"),) * 3
    share, weight = count / total, Z**2 / total
    centre = (share + weight / 2) / (1 + weight)
    spread = np.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    return float(share), float(max(0, centre - spread)), float(min(1, centre + spread))
