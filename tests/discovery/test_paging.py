from datetime import UTC, datetime, timedelta

import pytest

from monitor.discovery import paging
from monitor.discovery.document import Document
from monitor.model import Channel, ChannelKind, Entry, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SOURCE = Source(id="shavi", name="Shavi", country="GE", languages=("ka", "en"), timezone="Asia/Tbilisi", channels=())


def starts(
    url: str, *, language: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> tuple[str, ...]:
    channel = Channel(url=url, kind=ChannelKind.LISTING, language=language)
    return paging.starts(channel, source=SOURCE, now=NOW, since=since, until=until)


def page(*ages: int | None) -> Document:
    """A page of entries that are so many days old."""
    entries = (
        Entry(url=f"https://shavi.example/{n}", published_at=None if age is None else NOW - timedelta(days=age))
        for n, age in enumerate(ages)
    )
    return Document(entries=tuple(entries))


def test_a_plain_channel_begins_at_its_address() -> None:
    assert starts("https://shavi.example/news") == ("https://shavi.example/news",)


def test_an_archive_begins_with_each_day_of_the_range_newest_first() -> None:
    since = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)  # already the 22nd in Tbilisi
    assert starts("https://shavi.example/a/{yyyy}/{mm}/{dd}", since=since) == (
        "https://shavi.example/a/2026/11/24", "https://shavi.example/a/2026/11/23", "https://shavi.example/a/2026/11/22",
    )  # fmt: skip
    assert starts("https://shavi.example/a/{yyyy}/{mm}/{dd}", since=since, until=NOW - timedelta(days=2)) == (
        "https://shavi.example/a/2026/11/22",
    )
    assert starts("https://shavi.example/a/{yyyy}-{mm}", since=datetime(2026, 9, 30, 12, 0, tzinfo=UTC)) == (
        "https://shavi.example/a/2026-11", "https://shavi.example/a/2026-10", "https://shavi.example/a/2026-09",
    )  # fmt: skip


def test_an_archive_without_a_range_begins_with_today_and_yesterday_and_never_with_years() -> None:
    assert len(starts("https://shavi.example/{yyyy}{mm}{dd}")) == 2
    assert len(starts("https://shavi.example/{yyyy}{mm}{dd}", since=datetime(1999, 1, 1, tzinfo=UTC))) == 401


def test_a_search_begins_with_each_word_of_the_channels_language() -> None:
    assert starts("https://shavi.example/s/{query}?p={page}") == (
        "https://shavi.example/s/%E1%83%9C%E1%83%90%E1%83%A6%E1%83%9B%E1%83%98?p=1",
        "https://shavi.example/s/%E1%83%92%E1%83%90%E1%83%9C%E1%83%90%E1%83%A6%E1%83%9B%E1%83%95%E1%83%90?p=1",
    )
    assert starts("https://shavi.example/s/{query}", language="en")[0] == "https://shavi.example/s/landmine"


@pytest.mark.parametrize(
    ("template", "url", "following"),
    [
        ("https://shavi.example/p/{page}", "https://shavi.example/p/1", "https://shavi.example/p/2"),
        (
            "https://shavi.example/s/{query}?p={page}&x",
            "https://shavi.example/s/a%20b?p=9&x",
            "https://shavi.example/s/a%20b?p=10&x",
        ),
        (
            "https://shavi.example/{yyyy}/{mm}?p={page}",
            "https://shavi.example/2026/11?p=1",
            "https://shavi.example/2026/11?p=2",
        ),
        ("https://shavi.example/p/{page}", "https://shavi.example/else", None),
        ("https://shavi.example/p", "https://shavi.example/p", None),
    ],
)
def test_numbered_pages_follow_each_other(template: str, url: str, following: str | None) -> None:
    assert paging.following(template, url) == following


@pytest.mark.parametrize(
    ("ages", "on"),
    [
        ((0, 1, 2), True),
        ((0, 1, 2, 4), True),
        ((90, 0, 1, 2), True),  # a pinned story
        ((2, 4, 5), False),
        ((4,), False),
        ((None, None), True),
        ((None, 5, None), False),
        ((), False),
    ],
)
def test_paging_stops_where_the_range_ends(ages: tuple[int | None, ...], on: bool) -> None:
    assert paging.goes_on(page(*ages), since=NOW - timedelta(days=3)) is on


def test_paging_stops_when_a_page_holds_nothing_new() -> None:
    document = page(0, 1)
    assert not paging.goes_on(document, since=NOW - timedelta(days=3), seen={entry.url for entry in document.entries})


def test_paging_goes_by_the_oldest_item_where_known_ones_were_skipped() -> None:
    since = NOW - timedelta(days=3)
    assert paging.goes_on(Document(known=5, oldest=NOW - timedelta(days=2)), since=since)
    assert not paging.goes_on(Document(known=5, oldest=NOW - timedelta(days=4)), since=since)


def test_without_a_range_there_is_no_paging() -> None:
    assert not paging.goes_on(page(0), since=None)
