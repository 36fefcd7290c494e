from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discovery import moment

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def read(*stamps: str | None) -> str | None:
    at = moment.read(*stamps, zone="Asia/Baku", now=NOW)
    return f"{at:%d %H:%M:%S}" if at else None


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("23.11.2026", "23 19:59:59"),
        ("2026-11-23", "23 19:59:59"),
        ("23 noyabr 2026", "23 19:59:59"),
        ("23 նոյեմբերի 2026", "23 19:59:59"),
        ("24.11.2026", "24 10:00:00"),  # the day is not over
        ("23.11.2026 00:00", "22 20:00:00"),
        ("2026-11-23T00:00:00+04:00", "22 20:00:00"),
        ("Mon, 23 Nov 2026 10:00:00 +0400", "23 06:00:00"),
        ("1795420800", "23 08:00:00"),
        ("26.11.2026", None),  # no article of today is of the day after tomorrow
    ],
)
def test_a_stamp_without_a_time_stands_for_the_end_of_its_day(stamp: str, utc: str | None) -> None:
    assert read(stamp) == utc


def test_the_first_stamp_that_says_anything_counts() -> None:
    assert read(None, "", "xəbər", "23.11.2026 10:00", "01.01.2026") == "23 06:00:00"
    assert read() is None


def test_an_address_gives_its_day_or_second() -> None:
    day = moment.in_url("https://qala.example/2026/11/23/mina", zone="Asia/Baku", now=NOW)
    second = moment.in_url("https://qala.example/news/20261123111443522-mina", zone="Asia/Baku", now=NOW)
    assert (day, second) == (
        datetime(2026, 11, 23, 19, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, 7, 14, 43, tzinfo=UTC),
    )  # fmt: skip
    assert moment.in_url("https://qala.example/2030/11/23/mina", zone="Asia/Baku", now=NOW) is None


@given(st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2026-11-24")))
def test_since_never_loses_an_article_to_the_day_that_it_is_dated_by(published: datetime) -> None:
    published = min(published.replace(tzinfo=UTC), NOW)
    local = published + timedelta(hours=4)
    at = moment.read(f"{local:%d.%m.%Y}", zone="Asia/Baku", now=NOW)
    assert at is not None
    assert published - timedelta(seconds=1) < at <= NOW
