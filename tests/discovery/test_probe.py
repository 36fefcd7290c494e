from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.discovery import probe
from monitor.discovery.probe import Finding
from monitor.model import Channel, ChannelKind, Page, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def judge(body: str, kind: ChannelKind = ChannelKind.FEED, *, status: int = 200, **more: Any) -> Finding:
    channel = Channel(url="https://gazel.example/x", kind=kind)
    given = {"id": "gazel", "name": "Gazel", "country": "TR", "languages": ("tr",), "timezone": "Europe/Istanbul"}
    page = Page(url=channel.url, body=body.encode(), status=status)
    return probe.judge(page, source=Source(channels=(channel,), **(given | more)), channel=channel, now=NOW)


def rss(*ages: int) -> str:
    """A feed of items that are so many minutes old."""
    items = (
        f"<item><link>https://gazel.example/h/{n}</link>"
        f"<pubDate>{NOW - timedelta(minutes=age):%d %b %Y %H:%M} GMT</pubDate></item>"
        for n, age in enumerate(ages)
    )
    return f"<rss><channel>{''.join(items)}</channel></rss>"


def test_a_good_feed_says_how_much_it_holds_and_how_far_back_it_reaches() -> None:
    finding = judge(rss(5, 60 * 30, 60 * 80))
    assert (finding.ok, finding.entries, finding.remedy) == (True, 3, None)
    assert finding.says == "3 articles, 3 dated, newest 5 min ago, reaches back 3 days"
    assert finding.sample
    assert finding.sample.url == "https://gazel.example/h/0"


def test_a_feed_shorter_than_two_polls_asks_to_be_looked_at_more_often() -> None:
    assert judge(rss(1, 40)).remedy == 'look more often: every = "20m"'


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(403, "blocked here; try from another network"), (404, "look for a new address"),
     (503, "blocked here; try from another network")],
)  # fmt: skip
def test_a_refusal_is_told_from_a_lost_address(status: int, remedy: str) -> None:
    finding = judge("", status=status)
    assert (finding.ok, finding.says, finding.remedy) == (False, f"HTTP {status}", remedy)


def test_what_gives_nothing_says_why() -> None:
    assert judge("<html>salam, dünya</html>").says == "https://gazel.example/x is an HTML page"
    assert judge("").says == "empty"
    finding = judge(rss(5), article_pattern="^https://gazel.example/haber/")
    assert finding.says == "none of 1 addresses is an article's"
    assert finding.remedy == "mend `article_pattern`: https://gazel.example/h/0"


def test_a_feed_whose_newest_item_is_a_month_old_is_no_good() -> None:
    assert not judge(rss(60 * 24 * 40)).ok


def test_an_index_of_sitemaps_is_good_without_reading_them() -> None:
    body = "<sitemapindex><sitemap><loc>https://gazel.example/1.xml</loc></sitemap></sitemapindex>"
    assert judge(body, ChannelKind.SITEMAP).says == "an index of 1 sitemaps"
