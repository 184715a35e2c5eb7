"""How far a share can be trusted that was counted on so many faces."""

from scipy.stats import binomtest

from fers.domain.yardsticks import Figure


def wilson(count: int, total: int) -> Figure:
    """A share, 0 to 1, with the ends of its 95% interval (Wilson, J. Am. Stat. Assoc. 22, 1927), which stay between 0
    and 1 and mean something for few faces too; NaN where `total` is 0."""
    if not total:
        return (float("nan"),) * 3
    share = binomtest(int(count), int(total))
    interval = share.proportion_ci(method="wilson")
    return float(share.statistic), float(interval.low), float(interval.high)
