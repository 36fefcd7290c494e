from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import dates
from monitor.errors import UsageError

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday; 14:00 in Baku


def baku(text: str) -> str | None:
    at = dates.parse(text, zone="Asia/Baku", now=NOW)
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else None


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        # RFC 822 and what feeds make of it
        ("Mon, 23 Nov 2026 10:00:00 +0400", "2026-11-23 06:00:00"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23 10:00:00"),
        ("Mon, 23 Nov 2026 10:00:00", "2026-11-23 06:00:00"),
        ("Tues, 3 Sept 2024 10:00:00 MSK", "2024-09-03 07:00:00"),
        ("23 Nov 26 10:00 EST", "2026-11-23 15:00:00"),
        ("Mon, 23 Nov 2026 24:00:00 +0400", "2026-11-23 20:00:00"),
        ("Mon,  23  Nov  2026\t10:00:00 AZT", "2026-11-23 06:00:00"),
        ("Пн, 23 ноя 2026 10:00:00 +0300", "2026-11-23 07:00:00"),
        ("Sun Nov 22 10:00:00 UTC 2026", "2026-11-22 10:00:00"),
        # ISO 8601
        ("2026-11-23T10:00:00Z", "2026-11-23 10:00:00"),
        ("2026-11-23T10:00:00.123456+04:00", "2026-11-23 06:00:00"),
        ("2026-11-23T10:00+0400", "2026-11-23 06:00:00"),
        ("2026-11-23T10:00:00−03:30", "2026-11-23 13:30:00"),
        ("2026-11-23", "2026-11-22 20:00:00"),
        ("2026/11/23 10:00", "2026-11-23 06:00:00"),
        ("20261123T100000Z", "2026-11-23 10:00:00"),
        # seconds and milliseconds since 1970
        ("1763900000", "2025-11-23 12:13:20"),
        ("1763900000000", "2025-11-23 12:13:20"),
        # day first
        ("23.11.2026 10:00", "2026-11-23 06:00:00"),
        ("03.04.2026", "2026-04-02 20:00:00"),
        ("10:36 / 21.09.2021", "2021-09-21 06:36:00"),
        ("08.02.2026 | 10:12", "2026-02-08 06:12:00"),
        ("16:15 17.04.2024", "2024-04-17 12:15:00"),
        ("23.11.26", "2026-11-22 20:00:00"),
        ("10/14/2024 10:08:42 AM", "2024-10-14 06:08:42"),
        ("4 May 2024 3:30 pm", "2024-05-04 11:30:00"),
        ("May 4, 2024", "2024-05-03 20:00:00"),
        ("Monday April 29 2024", "2024-04-28 20:00:00"),
        ("20 October, 2025 / 13:33", "2025-10-20 09:33:00"),
        ("29 November 2025 15:05 (UTC+04:00)", "2025-11-29 11:05:00"),
        ("27 April 2024 13:05 (UTC +04:00)", "2024-04-27 09:05:00"),
        ("1 March 2026 10:00 (UTC+3 MSK)", "2026-03-01 07:00:00"),
        ("23 Nov 2026 10:00 TRT", "2026-11-23 07:00:00"),
        ("23 Nov 2026 10:00 AMT", "2026-11-23 06:00:00"),
        ("23 Nov 2026 10:00 GET", "2026-11-23 06:00:00"),
        # month names of the region, nominative, genitive, capitals
        ("16 Mart , 2023 14:14", "2023-03-16 10:14:00"),
        ("22 Sentyabr 2023, 14:08", "2023-09-22 10:08:00"),
        ("28 Aprel 2024 | 08:30", "2024-04-28 04:30:00"),
        ("10 İyul 2024 10:00", "2024-07-10 06:00:00"),
        ("30 OKTYABR 2025", "2025-10-29 20:00:00"),
        ("25 Июня 2026 17:24", "2026-06-25 13:24:00"),
        ("25 ИЮНЯ 2026, 17:24", "2026-06-25 13:24:00"),
        ("1 мая 2024 г., 10:00", "2024-05-01 06:00:00"),
        ("08:44, 21 листопада 2025 р.", "2025-11-21 04:44:00"),
        ("23 նոյեմբերի 2026, 10:00", "2026-11-23 06:00:00"),
        ("23 ՆՈՅԵՄԲԵՐԻ 2026", "2026-11-22 20:00:00"),
        ("23 ნოემბერი, 2026 10:00", "2026-11-23 06:00:00"),
        ("10 Eylül 2024 10:00", "2024-09-10 06:00:00"),
        ("1 Ağustos 2024 Perşembe", "2024-07-31 20:00:00"),
        ("23 نوامبر 2026", "2026-11-22 20:00:00"),
        ("٢٣ نوفمبر ٢٠٢٥ ١٠:٠٠", "2025-11-23 06:00:00"),
        ("23 تشرين الثاني 2025", "2025-11-22 20:00:00"),
        # other eras
        ("دوشنبه ۲ آذر ۱۴۰۵ - ۱۰:۳۰", "2026-11-23 06:30:00"),
        ("۱۴۰۵/۰۹/۰۲ ۱۰:۳۰", "2026-11-23 06:30:00"),
        ("23 พ.ย. 2569 10:00", "2026-11-23 06:00:00"),
        # by now
        ("bu gün 10:30", "2026-11-24 06:30:00"),
        ("dünən 10:30", "2026-11-23 06:30:00"),
        ("3 saat əvvəl", "2026-11-24 07:00:00"),
        ("вчера, 10:30", "2026-11-23 06:30:00"),
        ("(6 часов назад)", "2026-11-24 04:00:00"),
        ("вчора 10:00", "2026-11-23 06:00:00"),
        ("այսօր 10:30", "2026-11-24 06:30:00"),
        ("გუშინ 10:00", "2026-11-23 06:00:00"),
        ("3 saat önce", "2026-11-24 07:00:00"),
        ("3 ساعت پیش", "2026-11-24 07:00:00"),
        ("أمس", "2026-11-23 10:00:00"),
        # among other words
        ("Tarix: 22 Sentyabr 2023, 14:08 / Oxunub 342", "2023-09-22 10:08:00"),
        ("Опубликовано 25.06.2024 17:24", "2024-06-25 13:24:00"),
        ("24.11.2026թ.", "2026-11-23 20:00:00"),
        ("Posted on November 24, 2026 10:30", "2026-11-24 06:30:00"),
        ("2026-11-24T10:30:00+03:00[Europe/Istanbul]", "2026-11-24 07:30:00"),
        # the region's own ways
        ("سه شنبه 3 آذر 1405 ساعت 10:30", "2026-11-24 06:30:00"),
        ("24 نوفمبر/تشرين الثاني 2026", "2026-11-23 20:00:00"),
        ("2026-cı il 24 noyabr", "2026-11-23 20:00:00"),
        ("2026 թ. նոյեմբերի 24", "2026-11-23 20:00:00"),
        ("2026 წლის 24 ნოემბერი", "2026-11-23 20:00:00"),
        ("24 ноября 2026 г. в 10:30", "2026-11-24 06:30:00"),
        ("30 dəq əvvəl", "2026-11-24 09:30:00"),
        # no year, but a weekday that fits
        ("Sunday, November 22", "2026-11-21 20:00:00"),
    ],
)
def test_a_stamp_is_read_as_the_moment_it_names(stamp: str, utc: str) -> None:
    assert baku(stamp) == utc


@pytest.mark.parametrize(
    "stamp",
    [
        "", " ", "-", "News", "By Aygün Əliyeva", "13:05", "2026", "November 2026", "15 Dec. 10:00", "Aug.6",
        "7 Apr. 15:50 (UTC+3 MSK)", "Monday, November 22", "31.02.2026", "2026-02-31", "23.11.2026 25:61",
        "0000-00-00T00:00:00Z", "0001-01-01", "9999-12-31", "2027-11-23", "01.01.1970", "0", "99999999999999",
        "Mon, 32 Nov 2026 10:00:00", "1972-ci il təvəllüdlü", "x" * 10_000, "1 " * 49,
    ],
)  # fmt: skip
def test_what_names_no_moment_or_one_that_no_article_can_have_gives_none(stamp: str) -> None:
    assert baku(stamp) is None


def test_a_stamp_without_a_zone_is_in_the_zone_of_its_source() -> None:
    summer, winter = "01.07.2026 10:00", "01.12.2025 10:00"
    assert dates.parse(summer, zone="Europe/Kyiv", now=NOW) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
    assert dates.parse(winter, zone="Europe/Kyiv", now=NOW) == datetime(2025, 12, 1, 8, 0, tzinfo=UTC)


def test_a_moment_up_to_a_day_ahead_is_plausible_and_no_more() -> None:
    assert dates.plausible(NOW + timedelta(hours=24), now=NOW)
    assert not dates.plausible(NOW + timedelta(hours=24, seconds=1), now=NOW)
    assert not dates.plausible(datetime(1994, 12, 31, tzinfo=UTC), now=NOW)


@given(
    st.text()
    | st.text(alphabet="0123456789 .:/-,TZ+()", max_size=30)
    | st.from_regex(r"\d{1,2}[ .]\w{3,9}[ .,]\d{2,5} \d\d:\d\d.{0,6}")
)
@settings(max_examples=200, deadline=None)
def test_no_text_makes_parsing_fail(text: str) -> None:
    at = dates.parse(text, zone="Asia/Tbilisi", now=NOW)
    assert at is None or (at.tzinfo is UTC and dates.plausible(at, now=NOW))


@given(
    st.datetimes(datetime.fromisoformat("1995-01-02"), datetime.fromisoformat("2026-11-24")),
    st.sampled_from(["%d.%m.%Y %H:%M", "%H:%M, %d/%m/%Y", "%Y-%m-%dT%H:%M", "%d %B %Y %H:%M"]),
)
def test_what_was_written_day_first_is_read_back(at: datetime, form: str) -> None:
    at = at.replace(second=0, microsecond=0, tzinfo=UTC)
    assert dates.parse(at.strftime(form), zone="UTC", now=NOW) == at


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://alov.example/ru/news/2024/05/06/slug", "2024-05-05 20:00:00"),
        ("https://alov.example/news/20250730111443522-slug", "2025-07-30 07:14:43"),
        ("https://alov.example/news-detail/slug-2023-2-7-0/", "2023-02-06 20:00:00"),
        ("https://alov.example/news/19.12.07-slug/", "2007-12-18 20:00:00"),
        ("https://alov.example/2024-05-06-slug", "2024-05-05 20:00:00"),
        ("https://alov.example/a-20240506.html", "2024-05-05 20:00:00"),
        ("https://alov.example/news/654859.html", None),
        ("https://alov.example/2024/13/45/slug", None),
        ("https://alov.example/2024/05/slug", None),
        ("https://alov.example/karabakh-2020-war", None),
        ("", None),
    ],
)
def test_an_address_gives_the_day_it_carries(url: str, day: str | None) -> None:
    at = dates.from_url(url, zone="Asia/Baku")
    assert (at.strftime("%Y-%m-%d %H:%M:%S") if at else None) == day


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2d", "2026-11-22 10:00"),
        ("36h", "2026-11-22 22:00"),
        ("1w", "2026-11-17 10:00"),
        ("2026-11-01", "2026-10-31 20:00"),
        ("2026-11-01T08:00", "2026-11-01 04:00"),
        ("2026-11-01 08:00+02:00", "2026-11-01 06:00"),
        ("2026-11-01T08:00Z", "2026-11-01 08:00"),
    ],
)
def test_when_reads_what_an_operator_types(text: str, utc: str) -> None:
    assert dates.when(text, zone="Asia/Baku", now=NOW).strftime("%Y-%m-%d %H:%M") == utc


@pytest.mark.parametrize("text", ["", "soon", "01.11.2026", "2026-13-01", "2x", "999999w", "-2d"])
def test_when_says_what_to_type_instead(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no moment; give 2d, 36h"):
        dates.when(text, zone="UTC", now=NOW)


def test_when_refuses_the_future_only_where_asked() -> None:
    assert dates.when("2027-01-01", zone="UTC", now=NOW).year == 2027
    with pytest.raises(UsageError, match="lies in the future"):
        dates.when("2027-01-01", zone="UTC", now=NOW, past=True)
