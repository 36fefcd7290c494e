"""The history of polls, as the ledger keeps it, and what health says of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.health.verdict import Health, Status
from monitor.ledger import Ledger, channels, health, runs
from monitor.model import ChannelKind, ChannelReport, Source
from tests.ledger.conftest import NOW

FEED = "https://qarabag-xeber.example/rss"
MAP = "https://qarabag-xeber.example/sitemap.xml"


def look(
    ledger: Ledger, source: Source, at: datetime, *polls: tuple[str, str, int, int], moved: str | None = None
) -> None:
    run = runs.start(ledger, kind="crawl", now=at)
    for url, status, entries, new in polls:
        report = ChannelReport(url=url, kind=ChannelKind.FEED, status=status, entries=entries)
        channels.note(ledger, run=run, source=source.id, report=report, now=at, new=new, moved_to=moved)


def verdict(ledger: Ledger, source: Source) -> Health:
    return health.healths(ledger, [source], now=NOW)[source.id]


def test_a_feed_that_is_all_new_is_an_overflow_though_a_sitemap_beside_it_is_not(
    ledger: Ledger, source: Source
) -> None:
    for hours in (2, 1):
        look(ledger, source, NOW - timedelta(hours=hours), (FEED, "ok", 20, 20), (MAP, "ok", 500, 20))
        assert (verdict(ledger, source).status is Status.OVERFLOW) is (hours == 1)


def test_an_empty_answer_where_there_used_to_be_entries_is_told_with_its_reason(ledger: Ledger, source: Source) -> None:
    look(ledger, source, NOW - timedelta(hours=9), (FEED, "ok", 20, 20))
    for hours in (3, 2, 1):
        look(ledger, source, NOW - timedelta(hours=hours), (FEED, "empty: no link fits the selector", 0, 0))
    found = verdict(ledger, source)
    assert (found.status, found.note) == (Status.EMPTY, "no link fits the selector")


def test_what_was_not_looked_at_is_no_silence(ledger: Ledger, source: Source) -> None:
    for hours in range(20, 10, -1):
        look(ledger, source, NOW - timedelta(hours=hours), (FEED, "ok", 20, 1))
    for hours in range(9, 4, -1):
        look(ledger, source, NOW - timedelta(hours=hours), (FEED, "failed: no connection", 0, 0))
    look(ledger, source, NOW, (FEED, "ok", 20, 1))
    with ledger.read() as connection:
        last = health._arrivals(connection, NOW)[source.id][-1]
    assert (last.at, last.looked_at) == (NOW, NOW - timedelta(hours=11))


def test_a_channel_is_gone_when_it_says_so_on_three_days_and_nothing_else_meanwhile(
    ledger: Ledger, source: Source
) -> None:
    days = [NOW - timedelta(days=number) for number in (5, 4, 3, 2)]
    for at in days[:2]:
        look(ledger, source, at, (FEED, "failed: HTTP 410 Gone", 0, 0))
        look(ledger, source, at + timedelta(hours=1), (FEED, "failed: HTTP 410 Gone", 0, 0))
    assert channels.gone(ledger, source=source.id, url=FEED) is None
    look(ledger, source, days[2], (FEED, "failed: connection refused", 0, 0))
    look(ledger, source, days[3], (FEED, "failed: HTTP 410 Gone", 0, 0))
    gone = channels.gone(ledger, source=source.id, url=FEED)
    assert gone == channels.Lasting(since=days[0], until=days[3])
    assert f"{FEED} has been gone (410) since 2026-11-19" in str(verdict(ledger, source).note)
    look(ledger, source, NOW, (FEED, "ok", 3, 0))
    assert channels.gone(ledger, source=source.id, url=FEED) is None


def test_a_channel_has_moved_when_it_leads_to_one_address_on_three_days(ledger: Ledger, source: Source) -> None:
    for number, to in enumerate(("b", "a", "a", "a")):
        assert channels.moved(ledger, source=source.id, url=FEED) is None
        at = NOW - timedelta(days=5 - number)
        look(ledger, source, at, (FEED, "not-modified", 0, 0), moved=f"https://{to}.example/rss")
    moved = channels.moved(ledger, source=source.id, url=FEED)
    assert moved is not None
    assert (moved.moved_to, moved.since) == ("https://a.example/rss", NOW - timedelta(days=4))
    found = verdict(ledger, source)
    assert (found.status, found.ok) == (Status.OK, True)
    assert found.note == f"{FEED} has moved to https://a.example/rss for good: change it in the catalogue"
    look(ledger, source, NOW, (FEED, "ok", 3, 0))
    assert verdict(ledger, source).note is None


def test_a_source_that_was_never_asked_is_unvisited(ledger: Ledger, source: Source) -> None:
    other = replace(source, id="lernayin")
    assert health.healths(ledger, [other], now=NOW)["lernayin"].status is Status.UNVISITED
