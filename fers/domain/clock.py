"""The time, as everything here sees it: a function that tests can replace."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def behind(earlier: Iterable[datetime], now: datetime) -> datetime:
    """Now, or just after what is earlier where the clock of another server was ahead then: the last one counts."""
    return max([now, *(moment + timedelta(microseconds=1) for moment in earlier)])
