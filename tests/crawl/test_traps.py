"""Sites that lead a crawler astray: each costs little, says what it is, and loses nothing of the others."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.crawl import channel
from monitor.model import Outcome
from tests.site.server import Answer, rss, serve

NOW = datetime.now(UTC)  # noqa: TID251 - the sites' dates must be recent
GATE = "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"


def paths(site: Any, prefix: str) -> list[str]:
    return [path for path in site.paths() if path.startswith(prefix)]


def test_an_index_of_huge_sitemaps_is_left_when_it_has_announced_enough(
    site: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "_ENTRIES", 100)
    rows = "".join(f"<sitemap><loc>{site.url(f'/map/{number}.xml')}</loc></sitemap>" for number in range(3_000))
    site.page("/index.xml", f"<sitemapindex>{rows}</sitemapindex>", type="application/xml")
    for number in range(3_000):
        urls = "".join(f"<url><loc>{site.url(f'/x/{number}-{n}')}</loc></url>" for n in range(60))
        site.page(f"/map/{number}.xml", f"<urlset>{urls}</urlset>", type="application/xml")
    source = world.source("alpha", site, sitemaps=[site.url("/index.xml")])
    (visit,) = world.crawl([source], site, max_pages_per_visit=1).visits
    assert len(paths(site, "/map/")) == 2
    assert visit.discovered == 120
    assert not visit.complete
    # What was left is taken up by the next visit.
    world.crawl([source], site, max_pages_per_visit=1)
    assert len(set(paths(site, "/map/"))) == 4


def test_a_calendar_that_goes_on_for_ever_is_left_soon(site: Any, world: Any) -> None:
    def day(path: str) -> Answer:
        number = int(path.partition("=")[2] or 0)
        links = "".join(f"<a href='/gun?d={number + n}'>Gün {number + n}</a>" for n in range(1, 9))
        return Answer(body=f"<html><body><a rel=next href='/gun?d={number + 1}'>&gt;</a>{links}</body></html>".encode())

    site.routes["/gun"] = day
    source = world.source("alpha", site, listings=[site.url("/gun")], article_pattern="/xeber/")
    (visit,) = world.crawl([source], site, options={"since": NOW - timedelta(days=30)}).visits
    assert len(site.seen) <= 3
    assert visit.discovered == 0


def test_one_article_under_ever_new_session_ids_is_fetched_once(site: Any, world: Any) -> None:
    ids = itertools.count(10**9)

    def listing(_: str) -> Answer:
        session = f"{next(ids):032x}"
        links = f"<a href='/xeber/1?PHPSESSID={session}'>Mina</a><a href='/xeber/2;jsessionid={session}'>Mina</a>"
        links += f"<a href='/xeber/3?sid={session}'>Mina</a>"
        return Answer(body=f"<html><body>{links}</body></html>".encode())

    site.routes["/siyahi"] = listing
    for number in range(1, 4):
        site.page(f"/xeber/{number}", "mina")
    site.routes |= {f"/xeber/2;jsessionid={n:032x}": Answer(body=b"mina") for n in range(10**9, 10**9 + 9)}
    source = world.source("alpha", site, listings=[site.url("/siyahi")], article_pattern="/xeber/")
    outcomes = [world.crawl([source], site).outcomes for _ in range(3)]
    assert outcomes == [{Outcome.QUEUED: 3}, {}, {}]
    assert len(paths(site, "/xeber/")) == 3


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_challenge_is_blocked_whatever_its_status(site: Any, world: Any, status: int) -> None:
    site.routes["/xeber/1"] = Answer(body=GATE.encode(), status=status)
    site.feed("/rss.xml", [site.url("/xeber/1"), site.page("/xeber/2", "mina")])
    report = world.crawl([world.source("alpha", site)], site)
    assert report.outcomes == {Outcome.BLOCKED: 1, Outcome.QUEUED: 1}


@pytest.mark.parametrize("kind", ["feeds", "sitemaps", "listings"])
def test_a_challenge_in_place_of_a_channel_is_blocked_and_not_an_empty_list(site: Any, world: Any, kind: str) -> None:
    source = world.source("alpha", site, **{kind: [site.page("/kanal", GATE)]})
    (visit,) = world.crawl([source], site).visits
    assert visit.status == "blocked"
    assert visit.channels[0].status == "blocked: a challenge stands in its place"


def test_a_feed_that_is_sent_to_a_login_is_a_failure_with_its_reason(site: Any, world: Any) -> None:
    site.page("/giris", "<html><head><title>Daxil olun</title></head><body><form></form></body></html>")
    site.routes["/rss.xml"] = Answer(status=302, headers={"Location": "/giris"})
    (visit,) = world.crawl([world.source("alpha", site)], site).visits
    assert visit.status == "failed"
    assert visit.channels[0].status.startswith(f"failed: {site.url('/giris')} is an HTML page")


@pytest.mark.parametrize("status", [301, 302])
def test_the_articles_of_a_feed_that_moved_to_another_host_are_the_sources_own(
    site: Any, world: Any, status: int
) -> None:
    with serve() as new:
        new.feed("/rss.xml", [new.page("/xeber/1", "mina"), site.page("/xeber/2", "mina")])
        site.routes["/rss.xml"] = Answer(status=status, headers={"Location": new.url("/rss.xml")})
        report = world.crawl([world.source("alpha", site)], site, new)
    assert report.outcomes == {Outcome.QUEUED: 2}
    assert report.visits[0].note == f"{site.url('/rss.xml')} answers from another host: {new.url('/rss.xml')}"


def test_a_feed_that_leads_elsewhere_does_not_make_other_hosts_its_own(site: Any, world: Any) -> None:
    with serve() as other:
        site.page("/rss.xml", rss([other.page("/reklam", "mina")]), type="application/rss+xml")
        report = world.crawl([world.source("alpha", site)], site, other)
        assert report.outcomes == {Outcome.NOT_ARTICLE: 1}
        assert other.seen == []
