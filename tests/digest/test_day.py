from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.digest.day import due_day, end_of

ZONES = [
    "Asia/Baku",
    "Europe/Kyiv",
    "America/New_York",
    "Asia/Tehran",
    "Pacific/Auckland",
    "UTC",
    "America/Sao_Paulo",
    "Asia/Beirut",
]


@pytest.mark.parametrize("zone", ZONES)
def test_the_days_of_a_decade_follow_each_other_without_gap_or_overlap(zone):
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(4200)]
    ends = [end_of(day, zone=zone) for day in days]
    lengths = {b - a for a, b in pairwise(ends)}
    assert lengths <= {timedelta(hours=h) for h in (23, 24, 25)} | {timedelta(hours=23.5), timedelta(hours=24.5)}
    for day, end in zip(days, ends, strict=True):
        assert (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day
        assert end.astimezone(ZoneInfo(zone)).date() > day


def test_a_digest_is_due_from_its_hour_on_and_stays_due():
    at = time(7)
    before = datetime(2026, 11, 24, 2, 59, tzinfo=UTC)
    assert due_day(before, zone="Asia/Baku", at=at) == date(2026, 11, 22)
    assert due_day(before + timedelta(minutes=1), zone="Asia/Baku", at=at) == date(2026, 11, 23)
    assert due_day(before + timedelta(hours=20), zone="Asia/Baku", at=at) == date(2026, 11, 23)
