"""The way of one URL as a person reads it, on a loopback site."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.site.server import Answer, Site, serve

PAGE = """<html lang="az"><head><title>Bayram tədbiri keçirilib</title>
<meta property="article:published_time" content="2026-03-05T10:00:00+04:00">
<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "2026-03-05T10:00:00+04:00"}}</script>
</head><body><article><h1>Bayram tədbiri keçirilib</h1><time datetime="2026-03-06T09:00:00+04:00">6 mart</time>{}
</article></body></html>"""
STORY = "<p>Zərnava kəndində bayram tədbiri keçirilib, uşaqlar mahnı oxuyub, qonaqlara şirniyyat paylanıb.</p>" * 3


@pytest.fixture
def site(home: Path) -> Site:
    with serve() as running:
        (home / "monitor.toml").write_text(
            f'[catalogue]\nbundled = false\n[crawl]\ndelay = 0\nallow_private = ["{running.place}"]\n[[source]]\n'
            'id = "zernava"\nname = "Zərnava"\ncountry = "AZ"\nlanguages = ["az"]\ntimezone = "Asia/Baku"\n'
            f'feeds = ["{running.url("/rss.xml")}"]\n'
        )
        yield running


def test_a_refused_page_tells_every_date_and_which_was_taken(monitor: Monitor, site: Site) -> None:
    page = site.page("/2026/03/07/bayram", PAGE.format(STORY))
    site.feed("/rss.xml", [page], dates=["Sun, 08 Mar 2026 10:00:00 +0400"])
    assert monitor("crawl").code == 0
    said = monitor("explain", page)
    assert [row.split(maxsplit=1)[1] for row in said.out.splitlines() if row.startswith("date ")] == [
        "+ 2026-03-05 06:00 UTC in its JSON-LD",
        "- 2026-03-05 06:00 UTC in a meta tag",
        "- 2026-03-06 05:00 UTC in a time element",
        "- 2026-03-06 20:00 UTC in its address",
        "- 2026-03-08 06:00 UTC as announced",
    ]
    assert "outcome      irrelevant" in said.out
    told = json.loads(monitor("explain", page, "--json").out)
    assert told["claims"][0] == {"evidence": "jsonld", "at": "2026-03-05T06:00:00Z", "chosen": True}


def test_a_page_that_was_never_read_has_what_was_announced_and_its_address(monitor: Monitor, site: Site) -> None:
    page = site.page("/2026/03/07/bayram", PAGE.format(STORY))
    site.feed("/rss.xml", [page], dates=["Sun, 08 Mar 2026 10:00:00 +0400"])
    assert monitor("crawl", "--since", "2026-04-01").code == 0
    told = json.loads(monitor("explain", page, "--json").out)
    assert told["outcome"] == "too-old"
    assert [(claim["evidence"], claim["chosen"]) for claim in told["claims"]] == [("feed", True), ("url", False)]


def test_a_second_try_and_the_way_to_another_address_are_told_with_their_answers(monitor: Monitor, site: Site) -> None:
    answers = iter(
        [Answer(status=503, headers={"Retry-After": "0"}), Answer(status=302, headers={"Location": "/yeni"})]
    )
    site.routes["/kohne"] = lambda _: next(answers)
    site.page("/yeni", PAGE.format(STORY))
    site.feed("/rss.xml", [site.url("/kohne")])
    assert monitor("crawl").code == 0
    said = monitor("explain", site.url("/kohne"))
    assert f"(HTTP 503, then HTTP 302 to {site.url('/yeni')}, then HTTP 200 OK)" in said.out
