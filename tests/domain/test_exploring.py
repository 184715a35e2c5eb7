from datetime import UTC, date, datetime, timedelta, timezone

from fers.domain.exploring import week_of

MONDAY = date(2026, 11, 30)


def test_a_week_begins_on_monday_in_utc_whatever_time_zone_a_time_is_told_in():
    first = datetime(2026, 11, 30, tzinfo=UTC)
    for hours in (-11, 0, 2, 13):
        told = first.astimezone(timezone(timedelta(hours=hours)))
        assert (week_of(told), week_of(told - timedelta(microseconds=1))) == (MONDAY, MONDAY - timedelta(weeks=1))
    assert {week_of(MONDAY + timedelta(days=day)) for day in range(7)} == {MONDAY}
