"""Visits to loopback sites: what is asked for, what is recorded, what is left alone."""

from typing import Any

from monitor.model import Outcome


def test_a_feed_is_read_and_its_pages_are_taken_in(site: Any, world: Any) -> None:
    pages = [site.page(f"/news/{number}", f"<p>mina {number}</p>") for number in range(3)]
    other = site.page("/news/3", "<p>hava</p>")
    site.feed("/rss.xml", [*pages, other])
    report = world.crawl([world.source("alpha", site)], site)
    print(report)
    (visit,) = report.visits
    assert visit.status == "ok"
    assert visit.outcomes == {Outcome.QUEUED: 3, Outcome.IRRELEVANT: 1}
    assert visit.discovered == report.discovered == 4
    assert sorted(page.url for page in world.intake.pages) == sorted([*pages, other])


def test_a_second_crawl_asks_only_whether_something_has_changed(site: Any, world: Any) -> None:
    pages = [site.page(f"/news/{number}", "<p>mina</p>") for number in range(3)]
    site.feed("/rss.xml", pages)
    world.crawl([world.source("alpha", site)], site)
    site.seen.clear()
    report = world.crawl([world.source("alpha", site)], site)
    assert [(seen.path, seen.status, seen.conditional) for seen in site.seen] == [("/rss.xml", 304, True)]
    assert report.discovered == 0
    assert report.visits[0].channels[0].status == "not-modified"
