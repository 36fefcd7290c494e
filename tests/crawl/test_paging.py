"""Archives, searches and numbered pages on loopback: which pages a visit asks for, and where it stops."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.site.server import Answer, rss

NOW = datetime.now(UTC)  # noqa: TID251 - the sites' dates must be recent
LOCAL = NOW + timedelta(hours=4)
"""The same in the sites' time zone."""


def cards(site: Any, *numbers: int, pinned: str = "") -> str:
    """A page of articles, each a day older than the one before."""
    rows = "".join(
        f"<li><a href='{site.page(f'/xeber/{n}', 'mina')}'>Mina partlayışı: {n} nəfər yaralanıb</a>"
        f" <time datetime='{(NOW - timedelta(days=n)).isoformat()}'></time></li>"
        for n in numbers
    )
    return f"<ul>{pinned}{rows}</ul>"


def asked(site: Any, prefix: str) -> list[str]:
    return [seen.path for seen in site.seen if seen.path.startswith(prefix)]


def test_an_archive_is_read_for_each_day_of_the_range(site: Any, world: Any) -> None:
    days = [(LOCAL - timedelta(days=back)).strftime("/%Y/%m/%d") for back in range(4)]
    for number, day in enumerate(days):
        site.page(f"/archive{day}", f"<a href='{site.page(f'/xeber/{number}', 'mina')}'>Mina partladı</a>")
    source = world.source("alpha", site, listings=[{"url": site.url("/archive/{yyyy}/{mm}/{dd}")}])
    report = world.crawl([source], site, options={"since": NOW - timedelta(days=2)})
    assert asked(site, "/archive") == [f"/archive{day}" for day in days[:3]]
    assert report.discovered == 3


def test_a_search_is_asked_for_each_word_of_the_language(site: Any, world: Any) -> None:
    site.page("/axtar?q=mina", cards(site, 0))
    site.page("/axtar?q=minaya", cards(site, 1))
    source = world.source("alpha", site, listings=[{"url": site.url("/axtar?q={query}"), "language": "az"}])
    report = world.crawl([source], site)
    assert asked(site, "/axtar") == ["/axtar?q=mina", "/axtar?q=minaya", "/axtar?q=ANAMA"]
    assert report.discovered == 2
    assert report.visits[0].channels[0].status.startswith("ok: 1 further documents gave nothing")


def test_numbered_pages_are_read_until_they_are_older_than_asked_and_a_pinned_story_stops_nothing(
    site: Any, world: Any
) -> None:
    old = f"<li><a href='{site.page('/xeber/99', 'x')}'>Köhnə xəbər</a> <time datetime='2020-01-01'></time></li>"
    for page, numbers in enumerate(((0, 1), (2, 3), (4, 5), (6, 7)), start=1):
        site.page(f"/xeberler/{page}", cards(site, *numbers, pinned=old if page == 1 else ""))
    listing = {"url": site.url("/xeberler/{page}"), "links": "li a"}
    report = world.crawl(
        [world.source("alpha", site, listings=[listing])], site, options={"since": NOW - timedelta(days=2.5)}
    )
    assert asked(site, "/xeberler") == ["/xeberler/1", "/xeberler/2", "/xeberler/3"]
    assert sorted(asked(site, "/xeber/")) == ["/xeber/0", "/xeber/1", "/xeber/2"]
    assert report.visits[0].complete


def test_a_site_that_shows_the_same_page_under_every_number_is_asked_twice(site: Any, world: Any) -> None:
    for page in range(1, 9):
        site.page(f"/xeberler/{page}", cards(site, 0, 1))
    listing = {"url": site.url("/xeberler/{page}"), "links": "li a"}
    world.crawl([world.source("alpha", site, listings=[listing])], site, options={"since": NOW - timedelta(days=9)})
    assert asked(site, "/xeberler") == ["/xeberler/1", "/xeberler/2"]


def test_a_feed_that_broke_off_is_asked_for_anew_though_it_gave_validators(site: Any, world: Any) -> None:
    whole = rss([site.page(f"/xeber/{n}", "mina") for n in range(3)])
    site.page("/rss.xml", whole[: whole.index("/xeber/2")], type="application/rss+xml", etag=True)
    source = world.source("alpha", site)
    assert world.crawl([source], site).discovered == 2
    assert world.crawl([source], site).discovered == 0
    assert [seen.conditional for seen in site.seen if seen.path == "/rss.xml"] == [False, False]
    site.page("/rss.xml", whole, type="application/rss+xml", etag=True)
    assert world.crawl([source], site).discovered == 1


def _batches(site: Any, path: str, wrap: Any, *, size: int, count: int) -> None:
    """Batches of articles, each a day older than the one before, by the number of those before; then empty ones."""

    def answer(asked: str) -> Answer:
        start = int(asked.rpartition("=")[2])
        numbers = range(start, min(start + size, count))
        return wrap(site, numbers, f"{path}{start + size}")  # type: ignore[no-any-return]

    site.routes[path.partition("?")[0]] = answer


def _marked(site: Any, numbers: range, following: str) -> Answer:
    return Answer(body=f"{cards(site, *numbers)}<div class='scroll' data-next='{following}'></div>".encode())


def _wrapped(site: Any, numbers: range, following: str) -> Answer:
    data = {"status": "ok", "data": {"html": cards(site, *numbers) if numbers else ""}, "next": following}
    return Answer(body=json.dumps(data).encode(), type="application/json")


def _listed(site: Any, numbers: range, _: str) -> Answer:
    rows = [
        {"headline": f"Mina partladı {n}", "href": site.page(f"/xeber/{n}", "mina"),
         "publishedAt": (NOW - timedelta(days=n)).isoformat()}
        for n in numbers
    ]  # fmt: skip
    return Answer(body=json.dumps({"count": 99, "result": {"news": rows}}).encode(), type="application/json")


SCROLLS = {"mark-up": (_marked, "0"), "mark-up in JSON": (_wrapped, "0"), "a list in JSON": (_listed, "{offset}")}


@pytest.mark.parametrize("kind", SCROLLS)
def test_scrolling_goes_on_by_plain_http_until_it_is_older_than_asked(site: Any, world: Any, kind: str) -> None:
    wrap, first = SCROLLS[kind]
    _batches(site, "/daha?from=", wrap, size=2, count=20)
    source = world.source("alpha", site, listings=[{"url": site.url(f"/daha?from={first}")}])
    report = world.crawl([source], site, options={"since": NOW - timedelta(days=4.5)})
    assert asked(site, "/daha") == [f"/daha?from={start}" for start in (0, 2, 4, 6)]
    assert sorted(asked(site, "/xeber/")) == [f"/xeber/{n}" for n in range(5)]
    assert report.visits[0].complete


@pytest.mark.parametrize("kind", SCROLLS)
def test_the_last_batch_is_the_end_and_no_failure(site: Any, world: Any, kind: str) -> None:
    wrap, first = SCROLLS[kind]
    _batches(site, "/daha?from=", wrap, size=2, count=5)
    source = world.source("alpha", site, listings=[{"url": site.url(f"/daha?from={first}")}])
    report = world.crawl([source], site, options={"since": NOW - timedelta(days=60)})
    assert sorted(asked(site, "/xeber/")) == [f"/xeber/{n}" for n in range(5)]
    assert len(asked(site, "/daha")) <= 4
    assert report.visits[0].channels[0].status == "ok"
    assert report.visits[0].complete


def test_a_list_that_is_grouped_by_day_stops_where_the_range_does(site: Any, world: Any) -> None:
    for page in range(1, 5):
        day = LOCAL - timedelta(days=page - 1)
        links = "".join(f"<p><a href='{site.page(f'/xeber/{page}-{n}', 'mina')}'>Mina {n}</a></p>" for n in range(2))
        site.page(f"/xeberler/{page}", f"<h3>{day:%d.%m.%Y}</h3>{links}")
    source = world.source("alpha", site, listings=[{"url": site.url("/xeberler/{page}")}])
    world.crawl([source], site, options={"since": NOW - timedelta(days=1)})
    assert asked(site, "/xeberler") == ["/xeberler/1", "/xeberler/2", "/xeberler/3"]
    assert not any(path.startswith("/xeber/3") for path in asked(site, "/xeber/"))
