"""How far a share can be trusted that was counted on so many faces."""

import numpy as np
from scipy.stats import norm

_Z = norm.ppf(0.975)


def wilson(counts, totals) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares with the ends of their 95% intervals (Wilson, J. Am. Stat. Assoc. 22, 1927), which stay between 0 and 1
    and mean something for few faces too. `counts` and `totals`: numbers or arrays; NaN where a total is 0."""
    counts, totals = np.asarray(counts, float), np.asarray(totals, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts / totals
        middle = (share + _Z**2 / (2 * totals)) / (1 + _Z**2 / totals)
        reach = _Z / (1 + _Z**2 / totals) * np.sqrt(share * (1 - share) / totals + _Z**2 / (4 * totals**2))
    return share, (middle - reach).clip(0, 1), (middle + reach).clip(0, 1)
