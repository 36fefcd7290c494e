"""Visits to loopback sites: what is asked for, what is recorded, what is left alone."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from monitor.crawl import channel
from monitor.crawl import visit as visit_module
from monitor.ledger import channels, leases
from monitor.model import ChannelKind, Outcome, Settled, Visiting, VisitReport
from tests.site.server import Answer, rss

NOW = datetime.now(UTC)  # noqa: TID251 - the sites' dates must be recent


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def stamps(*moments: datetime) -> list[str]:
    return [format_datetime(moment) for moment in moments]


def sitemap(links: dict[str, datetime | None], *, index: bool = False) -> str:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    rows = "".join(
        f"<{inner}><loc>{url}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if at else ''}</{inner}>"
        for url, at in links.items()
    )
    return f'<?xml version="1.0"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{outer}>'


def test_a_feed_is_read_and_its_pages_are_taken_in(site: Any, world: Any) -> None:
    pages = [site.page(f"/xəbər/{number}", f"<p>mina {number}</p>") for number in range(3)]
    other = site.page("/hava", "<p>hava</p>")
    site.routes |= {"/x%C9%99b%C9%99r/" + str(number): site.routes[f"/xəbər/{number}"] for number in range(3)}
    site.feed("/rss.xml", [*pages, other])
    report = world.crawl([world.source("alpha", site)], site)
    (visit,) = report.visits
    assert visit.status == "ok"
    assert visit.outcomes == {Outcome.QUEUED: 3, Outcome.IRRELEVANT: 1}
    assert visit.discovered == report.discovered == 4
    assert len(world.intake.pages) == 4


def test_progress_tells_the_beginning_each_page_and_the_end(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina"), site.url("/gone")])
    world.crawl([world.source("alpha", site)], site)
    assert world.told[0] == Visiting(source="alpha")
    assert {(told.url, told.outcome) for told in world.told if isinstance(told, Settled)} == {
        (site.url("/a"), Outcome.QUEUED),
        (site.url("/gone"), Outcome.FAILED),
    }
    assert isinstance(world.told[-1], VisitReport)


def test_a_second_crawl_asks_only_whether_something_has_changed(site: Any, world: Any) -> None:
    pages = [site.page(f"/news/{number}", "<p>mina</p>") for number in range(3)]
    source = world.source(
        "alpha",
        site,
        feeds=[site.feed("/rss.xml", pages)],
        sitemaps=[site.page("/index.xml", sitemap({site.url("/news.xml"): None}, index=True), etag=True)],
        listings=[site.page("/list", f"<a href='{pages[0]}'>Mina partlayışı: iki nəfər yaralanıb</a>", etag=True)],
    )
    site.page("/news.xml", sitemap(dict.fromkeys(pages)), etag=True)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 3}
    site.seen.clear()
    report = world.crawl([source], site)
    assert [(seen.path, seen.status, seen.conditional) for seen in site.seen] == [
        ("/rss.xml", 304, True),
        ("/index.xml", 304, True),
        ("/news.xml", 304, True),
        ("/list", 304, True),
    ]
    assert report.discovered == 0
    assert {channel.status for channel in report.visits[0].channels} == {"not-modified"}


def test_a_sitemap_below_an_index_that_did_not_change_is_still_looked_at(site: Any, world: Any) -> None:
    first, second = site.page("/1", "mina"), site.page("/2", "mina")
    site.page("/index.xml", sitemap({site.url("/news.xml"): None}, index=True), etag=True)
    site.page("/news.xml", sitemap({first: None}), etag=True)
    source = world.source("alpha", site, sitemaps=[site.url("/index.xml")])
    world.crawl([source], site)
    site.page("/news.xml", sitemap({first: None, second: None}), etag=True)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}


def test_a_server_without_validators_is_known_by_its_bytes(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina")], etag=False)
    source = world.source("alpha", site)
    world.crawl([source], site)
    (visit,) = world.crawl([source], site).visits
    assert visit.channels[0].status == "not-modified"


def test_now_and_then_a_server_that_always_says_not_changed_is_asked_without_validators(
    site: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "_TRUST", 3)
    site.feed("/rss.xml", [site.page("/a", "mina")])
    source = world.source("alpha", site)
    for _ in range(5):
        world.crawl([source], site)
    assert [seen.conditional for seen in site.seen if seen.path == "/rss.xml"].count(False) == 2


# --- Bad feeds: each gives a clear status, nothing is lost, nothing is remembered that could hide an entry. -----------

BAD_FEEDS = [
    (Answer(body=b"<!doctype html><html><body>Salam</body></html>"), "failed: "),
    (Answer(body=b"", type="application/rss+xml"), "empty"),
    (Answer(body=b"no xml at all, and long enough to be looked at", type="application/rss+xml"), "failed: "),
    (
        Answer(body=rss(["http://127.0.0.1/a"]).encode(), cut=100, type="application/rss+xml"),
        "failed: the answer broke",
    ),
    (Answer(status=500), "failed: HTTP 500"),
    (Answer(status=404), "failed: HTTP 404"),
    (Answer(status=410), "failed: HTTP 410"),
    (Answer(status=401), "blocked: HTTP 401"),
    (Answer(status=403), "blocked: HTTP 403"),
    (Answer(status=200, headers={"cf-mitigated": "challenge"}), "blocked: HTTP 200 OK, a challenge"),
    (Answer(status=304), "failed: HTTP 304"),
    (Answer(status=302), "failed: HTTP 302"),
    (Answer(status=302, headers={"Location": "?again"}), "failed: max redirections reached"),
    (Answer(body=b"x" * 1_000, endless=True), "failed: the answer is larger than allowed"),
    (Answer(body=b" " * 400_000, gzip=True), "failed: the answer is larger than allowed when decompressed"),
    (Answer(body=b"x", headers={"Content-Encoding": "gzip"}), "failed: "),
    (Answer(body=b"x", headers={"Content-Length": "99999999999"}), "failed: the answer is larger than allowed"),
    (Answer(body=b"x" * 100, drip=0.1), "failed: no whole answer within the time limit"),
    (Answer(wait=3), "failed: no whole answer within the time limit"),
]


def test_each_bad_feed_has_a_status_that_says_why_and_is_read_when_it_is_well_again(site: Any, world: Any) -> None:
    sources, expected = [], {}
    for number, (answer, status) in enumerate(BAD_FEEDS):
        site.routes[f"/{number}.xml"] = answer
        sources.append(world.source(f"bad{number}", site, feeds=[site.url(f"/{number}.xml")]))
        expected[f"bad{number}"] = status
    report = world.crawl(sources, site, timeout=1, max_page_bytes=60_000, concurrency=40)
    assert len(report.visits) == len(BAD_FEEDS)
    told = {visit.source: visit.channels[0].status for visit in report.visits}
    assert {name: status for name, status in told.items() if not status.startswith(expected[name])} == {}
    assert report.discovered == 0
    assert not any(visit.complete for visit in report.visits)
    for number in range(len(BAD_FEEDS)):
        site.feed(f"/{number}.xml", [site.page(f"/page/{number}", "mina")])
    assert world.crawl(sources, site).outcomes == {Outcome.QUEUED: len(BAD_FEEDS)}


def test_a_feed_in_the_wrong_charset_gives_its_entries(site: Any, world: Any) -> None:
    body = rss([site.page("/a", "mina")]).replace("Xəbər 0", "Подрыв на мине").replace("Ağ Xəbər", "Вести")
    site.page("/rss.xml", body.encode("windows-1251"), type="application/rss+xml; charset=utf-8")
    report = world.crawl([world.source("alpha", site)], site)
    assert report.outcomes == {Outcome.QUEUED: 1}


@pytest.mark.parametrize("entries", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_of_a_huge_feed_no_entry_is_lost(entries: int, site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.url(f"/news/{number}") for number in range(entries)], gzip=True)
    site.routes |= {f"/news/{number}": Answer(body=b"hava") for number in range(entries)}
    (visit,) = world.crawl([world.source("alpha", site)], site, max_pages_per_visit=5).visits
    assert visit.channels[0].entries == entries
    assert visit.outcomes == {Outcome.IRRELEVANT: 5, Outcome.PENDING: entries - 5}
    assert visit.note == f"{entries - 5} pages wait for the next visit"


def test_a_feed_that_moved_to_another_host_is_read_there_if_the_gate_lets_it_through(site: Any, world: Any) -> None:
    from tests.site.server import serve

    with serve() as moved, serve() as inside:
        page = site.page("/a", "mina")
        moved.feed("/rss.xml", [page])
        inside.feed("/rss.xml", [page])
        source = world.source("alpha", site)
        site.routes["/rss.xml"] = Answer(status=301, headers={"Location": inside.url("/rss.xml")})
        (visit,) = world.crawl([source], site, moved).visits
        assert visit.channels[0].status.startswith("blocked: address refused")
        assert inside.seen == []
        site.routes["/rss.xml"] = Answer(status=301, headers={"Location": moved.url("/rss.xml")})
        assert world.crawl([source], site, moved).outcomes == {Outcome.QUEUED: 1}


# --- Pages. -----------------------------------------------------------------------------------------------------------

BAD_PAGES = [
    (Answer(status=404), Outcome.FAILED, "HTTP 404 Not Found"),
    (Answer(status=410), Outcome.FAILED, "HTTP 410 Gone"),
    (Answer(status=500), Outcome.FAILED, "HTTP 500"),
    (Answer(status=204), Outcome.FAILED, "HTTP 204"),
    (Answer(status=401), Outcome.BLOCKED, "HTTP 401"),
    (Answer(status=403), Outcome.BLOCKED, "HTTP 403 Forbidden"),
    (Answer(status=451), Outcome.BLOCKED, "HTTP 451"),
    (
        Answer(status=503, headers={"cf-mitigated": "challenge"}),
        Outcome.BLOCKED,
        "HTTP 503 Service Unavailable, a chall",
    ),
    (Answer(body=b"%PDF-1.4 mina", type="application/pdf"), Outcome.NOT_ARTICLE, "it is application/pdf"),
    (Answer(body=b"mina mina", cut=4), Outcome.FAILED, "the answer broke off"),
    (Answer(body=b"mina" * 100_000), Outcome.FAILED, "the answer is larger than allowed"),
    (Answer(body=b"mina" * 1000, endless=True), Outcome.FAILED, "the answer is larger than allowed"),
    (
        Answer(body=b"mina" * 1_000_000, gzip=True),
        Outcome.FAILED,
        "the answer is larger than allowed when decompressed",
    ),
    (Answer(body=b"mina" * 100, drip=0.1), Outcome.FAILED, "no whole answer within the time limit"),
    (Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}), Outcome.BLOCKED, "address refused"),
    (Answer(status=302, headers={"Location": "file:///etc/hostname"}), Outcome.FAILED, "HTTP 302 Found"),
]


def test_each_bad_page_ends_in_an_outcome_with_a_reason_and_stops_nobody(site: Any, world: Any) -> None:
    sources = []
    for number, (answer, _, _) in enumerate(BAD_PAGES):
        site.routes[f"/bad/{number}"] = answer
        links = [site.url(f"/bad/{number}"), site.page(f"/good/{number}", "mina")]
        feed = site.feed(f"/{number}.xml", links, dates=stamps(ago(hours=1), ago(hours=2)))
        sources.append(world.source(f"site{number}", site, feeds=[feed]))
    world.crawl(sources, site, timeout=1, max_page_bytes=60_000, concurrency=40)
    told = {told.url: told for told in world.told if isinstance(told, Settled)}
    for number, (_, outcome, reason) in enumerate(BAD_PAGES):
        bad, good = told[site.url(f"/bad/{number}")], told[site.url(f"/good/{number}")]
        assert (bad.outcome, str(bad.reason)[: len(reason)]) == (outcome, reason)
        assert good.outcome is Outcome.QUEUED
    assert {page.url for page in world.intake.pages} == {site.url(f"/good/{n}") for n in range(len(BAD_PAGES))}


def test_a_redirected_page_is_known_by_where_it_ended(site: Any, world: Any) -> None:
    site.page("/new", "mina")
    site.routes["/old"] = Answer(status=301, headers={"Location": "/new"})
    site.feed("/rss.xml", [site.url("/old")])
    world.crawl([world.source("alpha", site)], site)
    assert [page.url for page in world.intake.pages] == [site.url("/new")]


def test_a_link_that_is_no_article_of_the_source_is_not_asked_for(site: Any, world: Any) -> None:
    from tests.site.server import serve

    with serve() as other:
        other.page("/ad", "mina")
        site.feed("/rss.xml", [site.page("/news/1", "mina"), site.page("/shop/1", "mina"), other.url("/ad")])
        (visit,) = world.crawl([world.source("alpha", site, article_pattern="/news/")], site, other).visits
        assert visit.outcomes == {Outcome.QUEUED: 1, Outcome.NOT_ARTICLE: 2}
        assert "/shop/1" not in site.paths()
        assert other.seen == []


def test_what_is_over_the_limit_of_a_visit_waits_for_the_next_newest_first(site: Any, world: Any) -> None:
    pages = [site.page(f"/{number}", "mina") for number in range(5)]
    site.feed("/rss.xml", pages, dates=stamps(*(ago(hours=5 - number) for number in range(5))))
    source = world.source("alpha", site)
    (visit,) = world.crawl([source], site, max_pages_per_visit=2).visits
    assert visit.outcomes == {Outcome.QUEUED: 2, Outcome.PENDING: 3}
    assert visit.note == "3 pages wait for the next visit"
    assert not visit.complete
    assert [page.url for page in world.intake.pages] == [pages[4], pages[3]]
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 3}


def test_the_limit_of_a_crawl_counts_the_pages_of_all_sources(site: Any, world: Any) -> None:
    sources = []
    for name in ("alpha", "beta"):
        site.feed(f"/{name}.xml", [site.page(f"/{name}/{number}", "mina") for number in range(3)])
        sources.append(world.source(name, site, feeds=[site.url(f"/{name}.xml")]))
    report = world.crawl(sources, site, options={"limit": 4})
    assert report.outcomes == {Outcome.QUEUED: 4, Outcome.PENDING: 2}


def test_a_host_that_stops_answering_is_left_alone_and_the_rest_stays_pending(site: Any, world: Any) -> None:
    pages = [site.url(f"/{number}") for number in range(6)]
    site.routes |= {f"/{number}": Answer(wait=3) for number in range(6)}
    site.feed("/rss.xml", pages)
    (visit,) = world.crawl([world.source("alpha", site)], site, timeout=0.3).visits
    assert visit.outcomes == {Outcome.FAILED: 2, Outcome.PENDING: 4}
    assert str(visit.note).startswith("127.0.0.1: no whole answer within the time limit; 4 pages wait")


# --- How far back. ----------------------------------------------------------------------------------------------------


def test_entries_before_since_are_too_old_and_are_taken_up_when_asked_for(site: Any, world: Any) -> None:
    pages = [site.page(f"/{number}", "mina") for number in range(3)]
    site.feed("/rss.xml", pages, dates=stamps(ago(hours=1), ago(days=3), ago(days=9)))
    source = world.source("alpha", site)
    (visit,) = world.crawl([source], site, options={"since": ago(days=2)}).visits
    assert visit.outcomes == {Outcome.QUEUED: 1, Outcome.TOO_OLD: 2}
    assert visit.complete
    assert visit.covered_from == ago(days=9).replace(microsecond=0)
    # The feed has not changed, and answers so; what it said is known.
    assert world.crawl([source], site, options={"since": ago(days=5)}).outcomes == {Outcome.QUEUED: 1}
    assert site.seen[-2].status == 304


def test_a_feed_that_does_not_reach_back_is_not_complete(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina")], dates=stamps(ago(hours=5)))
    (visit,) = world.crawl([world.source("alpha", site)], site, options={"since": ago(days=2)}).visits
    assert not visit.complete
    assert visit.covered_from == ago(hours=5).replace(microsecond=0)


def test_polls_that_overlap_cover_more_than_one_feed_holds(site: Any, world: Any) -> None:
    pages = [site.page(f"/{number}", "mina") for number in range(3)]
    source = world.source("alpha", site)
    site.feed("/rss.xml", pages[:2], dates=stamps(ago(days=3), ago(days=2)))
    world.crawl([source], site)
    site.feed("/rss.xml", pages[1:], dates=stamps(ago(days=2), ago(hours=1)))
    (visit,) = world.crawl([source], site, options={"since": ago(days=2.5)}).visits
    assert visit.complete
    # Without overlap there may be a gap.
    site.feed("/rss.xml", [site.page("/9", "mina")], dates=stamps(ago(minutes=1)))
    (visit,) = world.crawl([source], site, options={"since": ago(days=2.5)}).visits
    assert not visit.complete


def test_sitemaps_that_hold_only_older_things_are_not_fetched_until_asked_for(site: Any, world: Any) -> None:
    new, old = site.page("/new", "mina"), site.page("/old", "mina")
    tree = {site.url("/2026.xml"): ago(hours=1), site.url("/2025.xml"): ago(days=20)}
    site.page("/index.xml", sitemap(tree, index=True), etag=True)
    site.page("/2026.xml", sitemap({new: ago(hours=1)}), etag=True)
    site.page("/2025.xml", sitemap({old: ago(days=20)}), etag=True)
    source = world.source("alpha", site, sitemaps=[site.url("/index.xml")])
    (visit,) = world.crawl([source], site, options={"since": ago(days=2)}).visits
    assert "/2025.xml" not in site.paths()
    assert visit.complete
    assert visit.covered_from == ago(days=2)
    (visit,) = world.crawl([source], site, options={"since": ago(days=21)}).visits
    assert visit.outcomes == {Outcome.QUEUED: 1}
    assert visit.complete


def test_a_failing_sitemap_below_an_index_is_said_and_asked_for_again(site: Any, world: Any) -> None:
    tree = {site.url("/a.xml"): None, site.url("/b.xml"): None}
    site.page("/index.xml", sitemap(tree, index=True), etag=True)
    site.page("/a.xml", sitemap({site.page("/1", "mina"): None}), etag=True)
    site.routes["/b.xml"] = Answer(status=404)
    source = world.source("alpha", site, sitemaps=[site.url("/index.xml")])
    (visit,) = world.crawl([source], site).visits
    assert visit.channels[0].status == "ok: 1 further documents gave nothing (failed: HTTP 404 Not Found)"
    assert not visit.complete
    site.page("/b.xml", sitemap({site.page("/2", "mina"): None}), etag=True)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}


def test_sitemaps_that_lead_to_each_other_are_read_once(site: Any, world: Any) -> None:
    site.page("/a.xml", sitemap({site.url("/b.xml"): None, site.url("/a.xml"): None}, index=True))
    site.page("/b.xml", sitemap({site.url("/a.xml"): None}, index=True))
    world.crawl([world.source("alpha", site, sitemaps=[site.url("/a.xml")])], site)
    assert site.paths().count("/a.xml") == site.paths().count("/b.xml") == 1


def test_an_endless_index_ends(site: Any, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(channel._DOCUMENTS, ChannelKind.SITEMAP, 20)
    site.routes["/index.xml"] = Answer(
        body=sitemap({site.url(f"/{n}.xml"): None for n in range(400)}, index=True).encode(), type="application/xml"
    )
    site.routes |= {f"/{n}.xml": Answer(body=sitemap({}).encode(), type="application/xml") for n in range(400)}
    (visit,) = world.crawl([world.source("alpha", site, sitemaps=[site.url("/index.xml")])], site).visits
    assert sum(path.endswith(".xml") for path in site.paths()) == 20
    assert not visit.complete


def test_a_zipped_sitemap_is_read(site: Any, world: Any) -> None:
    body = gzip.compress(sitemap({site.page("/1", "mina"): None}).encode())
    site.page("/map.xml.gz", body, type="application/gzip")
    source = world.source("alpha", site, sitemaps=[site.url("/map.xml.gz")])
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}


def listing(site: Any, number: int, of: int, *, days: float) -> str:
    item = site.page(f"/news/{number}", "mina")
    at = ago(days=days * number)
    following = f'<a rel="next" href="/list?page={number + 1}">›</a>' if number < of else ""
    body = (
        f'<ul><li><a href="{item}">Minaya düşən traktor: xəbər {number}</a> <time datetime="{at.isoformat()}"></time>'
    )
    return f"<!doctype html><html><body>{body}</li></ul>{following}</body></html>"


def test_a_listing_is_followed_until_it_is_older_than_asked_for(site: Any, world: Any) -> None:
    for number in range(1, 10):
        site.page(f"/list?page={number}", listing(site, number, 9, days=1))
    site.page("/list", listing(site, 1, 9, days=1))
    source = world.source("alpha", site, listings=[{"url": site.url("/list"), "links": "li a", "next": "a[rel=next]"}])
    (visit,) = world.crawl([source], site, options={"since": ago(days=3.5)}).visits
    assert visit.outcomes == {Outcome.QUEUED: 3, Outcome.TOO_OLD: 1}
    assert visit.complete
    assert [path for path in site.paths() if "list" in path] == [
        "/list",
        "/list?page=2",
        "/list?page=3",
        "/list?page=4",
    ]


def test_a_listing_is_read_three_pages_deep_when_nobody_asked_how_far(site: Any, world: Any) -> None:
    for number in range(1, 10):
        site.page(f"/list?page={number}", listing(site, number, 9, days=1))
    site.page("/list", listing(site, 1, 9, days=1))
    source = world.source("alpha", site, listings=[{"url": site.url("/list"), "links": "li a", "next": "a[rel=next]"}])
    assert world.crawl([source], site).discovered == 3
    assert world.crawl([source], site).discovered == 0


# --- Leases and what is remembered of a source. -----------------------------------------------------------------------


def test_a_source_that_somebody_else_visits_is_skipped(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina")])
    leases.take(world.ledger, source="alpha", holder="daemon", now=NOW, ttl=timedelta(hours=1))
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert (visit.status, visit.note) == ("skipped", "somebody else is visiting it")
    assert site.seen == []


def test_after_a_visit_the_source_is_free_and_knows_when_it_is_due(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [])
    world.crawl([world.source("alpha", site)], site)
    state = leases.states(world.ledger, ["alpha"])["alpha"]
    assert (state.holder, state.failures) == (None, 0)
    assert state.next_visit_at - state.visited_at == timedelta(minutes=30)


def test_a_source_that_fails_is_visited_less_and_less_often_but_never_given_up(site: Any, world: Any) -> None:
    site.routes["/rss.xml"] = Answer(status=404)
    source = world.source("alpha", site)
    waits = []
    for _ in range(8):
        world.crawl([source], site)
        state = leases.states(world.ledger, ["alpha"])["alpha"]
        waits.append((state.next_visit_at - state.visited_at) / timedelta(hours=1))
    assert waits[0] < 1 < waits[2] < 4
    assert 17 < waits[-1] < 31


def test_every_poll_stands_in_the_channels_history(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina"), site.page("/b", "mina")], dates=stamps(ago(hours=1), ago(hours=2)))
    source = world.source("alpha", site)
    world.crawl([source], site)
    world.crawl([source], site)
    polls = channels.history(world.ledger, source="alpha", url=source.channels[0].url, limit=9)
    assert [(poll.status, poll.entries, poll.new, poll.undated) for poll in polls] == [
        ("not-modified", 0, 0, 0),
        ("ok", 2, 2, 0),
    ]
    assert {poll.newest_at for poll in polls} == {ago(hours=1).replace(microsecond=0)}


def test_a_dry_run_says_what_would_be_fetched_and_stores_nothing(site: Any, world: Any) -> None:
    site.feed("/rss.xml", [site.page("/a", "mina"), site.page("/b", "mina")])
    source = world.source("alpha", site)
    (visit,) = world.crawl([source], site, options={"dry_run": True}).visits
    assert visit.outcomes == {Outcome.PENDING: 2}
    assert visit.note == "2 pages would be fetched"
    assert "/a" not in site.paths()
    assert leases.states(world.ledger, ["alpha"])["alpha"].visited_at is None
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 2}


def test_a_source_without_an_enabled_channel_is_skipped(site: Any, world: Any) -> None:
    source = world.source("alpha", site, feeds=[{"url": site.url("/rss.xml"), "enabled": False}])
    (visit,) = world.crawl([source], site).visits
    assert (visit.status, visit.note) == ("skipped", "none of its channels is enabled")


def test_a_lease_is_renewed_while_the_visit_lasts_and_its_loss_ends_it(
    site: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_module, "LEASE", timedelta(seconds=0.3))
    site.routes["/slow"] = Answer(wait=0.6, body=b"mina")
    site.feed("/rss.xml", [site.url("/slow")])
    source = world.source("alpha", site)
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 1}

    def rob(_: str) -> Answer:
        long_ago = leases.states(world.ledger, ["alpha"])["alpha"].lease_until + timedelta(seconds=1)
        assert leases.take(world.ledger, source="alpha", holder="robber", now=long_ago, ttl=timedelta(hours=1))
        return Answer(wait=5)

    site.routes["/robbed"] = rob
    site.feed("/rss.xml", [site.url("/robbed")])
    (visit,) = world.crawl([source], site).visits
    assert (visit.status, visit.outcomes) == ("failed", {Outcome.PENDING: 1})
    assert "taken over" in str(visit.note)
    assert leases.states(world.ledger, ["alpha"])["alpha"].holder == "robber"


def test_a_feed_that_is_all_new_since_the_last_look_is_warned_of_and_looked_at_sooner(site: Any, world: Any) -> None:
    source = world.source("alpha", site, every="1h")
    for turn in range(2):
        site.feed("/rss.xml", [site.page(f"/{turn}/{number}", "mina") for number in range(9)])
        (visit,) = world.crawl([source], site).visits
    assert str(visit.note).endswith("were new: others may have come and gone unseen")
    state = leases.states(world.ledger, ["alpha"])["alpha"]
    assert state.interval == timedelta(minutes=30)
    assert state.next_visit_at == state.visited_at + state.interval


def test_when_nobody_answers_the_sources_are_not_blamed(site: Any, world: Any) -> None:
    site.routes["/robots.txt"] = Answer(wait=3)
    source = world.source("alpha", site)
    for _ in range(4):
        world.crawl([source], site, timeout=0.1)
    state = leases.states(world.ledger, ["alpha"])["alpha"]
    assert state.failures == 0
    assert state.next_visit_at - state.visited_at == source.every
