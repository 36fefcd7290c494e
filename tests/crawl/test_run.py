"""Crawls of many sources: side by side, none stops another, and an end at any moment leaves nothing leased."""

import asyncio
import time
from contextlib import ExitStack
from typing import Any

import pytest

from monitor.errors import LedgerError
from monitor.ledger import leases, runs
from monitor.model import Outcome, VisitReport
from tests.site.server import Answer, serve


def outlets(site: Any, world: Any, number: int, *, pages: int = 3) -> list[Any]:
    made = []
    for name in (f"outlet-{index:02d}" for index in range(number)):
        site.feed(f"/{name}.xml", [site.page(f"/{name}/{page}", "mina") for page in range(pages)])
        made.append(world.source(name, site, feeds=[site.url(f"/{name}.xml")]))
    return made


def test_the_sums_of_many_sources_balance(site: Any, world: Any) -> None:
    report = world.crawl(outlets(site, world, 20), site)
    assert report.outcomes == {Outcome.QUEUED: 60}
    assert {visit.status for visit in report.visits} == {"ok"}
    assert len(report.visits) == len({visit.source for visit in report.visits}) == 20
    assert report.discovered == sum(visit.discovered for visit in report.visits)
    assert report.finished_at


def test_no_more_sources_are_visited_at_once_than_allowed(site: Any, world: Any) -> None:
    busy = peak = 0

    class Counting(type(world.intake)):  # type: ignore[misc]
        async def page(self, **more: Any) -> Any:
            nonlocal busy, peak
            busy += 1
            peak = max(peak, busy)
            await asyncio.sleep(0.005)
            busy -= 1
            return await super().page(**more)

    world.intake = Counting(world.ledger)
    world.crawl(outlets(site, world, 9), site, concurrency=2)
    assert peak == 2


def test_dead_sites_hold_no_seat(world: Any) -> None:
    with ExitStack() as stack:
        sites = [stack.enter_context(serve()) for _ in range(9)]
        sources, dead = [], []
        for number, site in enumerate(sites):
            site.feed("/rss.xml", [site.page(f"/{page}", "mina") for page in range(3)])
            if number % 3 == 0:
                site.routes["/robots.txt"] = Answer(wait=30, status=503)
                dead.append(site)
            sources.append(world.source(f"outlet-{number}", site))
        ended: list[str] = []

        def tell(told: Any) -> None:
            if isinstance(told, VisitReport):
                ended.append(told.source)
                if len(ended) == 6:
                    # The living are through: now the dead may answer, so that the test ends.
                    for site in dead:
                        site.stop.set()

        world._run(world.crawls(*sites, timeout=60, concurrency=2).run(sources, progress=tell))
    assert {int(name[-1]) % 3 for name in ended[:6]} == {1, 2}
    assert {int(name[-1]) % 3 for name in ended[6:]} == {0}


class Broken:
    """An intake with a fault of its own."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def page(self, **_: Any) -> Any:
        raise self.error

    def recover(self, *, now: Any) -> tuple[str, ...]:
        return ()


def test_a_fault_of_the_program_in_one_visit_is_recorded_and_stops_nobody(site: Any, world: Any, caplog: Any) -> None:
    good, bad = outlets(site, world, 2)
    taken = world.intake

    class Picky(type(taken)):  # type: ignore[misc]
        async def page(self, *, source: Any, **more: Any) -> Any:
            if source.id == bad.id:
                raise KeyError("bug")
            return await super().page(source=source, **more)

    world.intake = Picky(world.ledger)
    visits = {visit.source: visit for visit in world.crawl([bad, good], site).visits}
    assert visits[good.id].outcomes == {Outcome.QUEUED: 3}
    assert (visits[bad.id].status, visits[bad.id].note) == ("failed", "KeyError: 'bug'")
    assert visits[bad.id].outcomes == {Outcome.PENDING: 3}
    assert "broke off" in caplog.text
    assert leases.states(world.ledger, [bad.id])[bad.id].holder is None


def test_a_fault_of_the_ledger_ends_the_crawl_and_leaves_nothing_leased(site: Any, world: Any) -> None:
    sources = outlets(site, world, 3)
    world.intake = Broken(LedgerError("disk full; free some space"))
    with pytest.raises(LedgerError, match="disk full"):
        world.crawl(sources, site)
    states = leases.states(world.ledger, [source.id for source in sources])
    assert {state.holder for state in states.values()} == {None}


def test_two_crawls_at_once_do_not_visit_a_source_twice(site: Any, world: Any) -> None:
    sources = outlets(site, world, 6)
    one, other = world.crawls(site), world.crawls(site)

    async def both() -> Any:
        return await asyncio.gather(one.run(sources), other.run(sources))

    reports = world._run(both())
    paths = [seen.path for seen in site.seen if seen.path != "/robots.txt" and not seen.conditional]
    assert len(paths) == len(set(paths)) == 6 * 4
    assert sum(report.outcomes.get(Outcome.QUEUED, 0) for report in reports) == 18


def test_a_cancelled_crawl_releases_its_sources_and_the_next_finishes_the_work(site: Any, world: Any) -> None:
    sources = outlets(site, world, 4, pages=5)
    crawls = world.crawls(site)

    async def broken_off() -> None:
        seen = asyncio.Event()

        def tell(told: Any) -> None:
            if getattr(told, "outcome", None):
                seen.set()

        task = asyncio.ensure_future(crawls.run(sources, progress=tell))
        await seen.wait()
        site.routes["/outlet-00/4"] = Answer(wait=3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    started = time.monotonic()
    world._run(broken_off())
    assert time.monotonic() - started < 2.5
    states = leases.states(world.ledger, [source.id for source in sources])
    assert {state.holder for state in states.values()} == {None}
    assert runs.latest(world.ledger).finished_at
    site.page("/outlet-00/4", "mina")
    world.crawl(sources, site)
    assert len({page.url for page in world.intake.pages}) == len(world.intake.pages) == 20


def test_only_sources_whose_turn_it_is_are_visited_when_asked_so(site: Any, world: Any) -> None:
    one, other = outlets(site, world, 2)
    world.crawl([one], site)
    report = world.crawl([one, other], site, options={"due_only": True})
    assert [visit.source for visit in report.visits] == [other.id]


def test_no_sources_make_an_empty_report(world: Any) -> None:
    report = world.crawl([])
    assert report.visits == ()
    assert report.finished_at


def test_a_spider_of_the_users_own_reads_what_data_cannot_say(site: Any, world: Any) -> None:
    world.home.spiders.mkdir()
    (world.home.spiders / "cards.py").write_text(
        "from monitor.crawl.spider import SourceSpider\n"
        "from monitor.discovery.document import Document\n"
        "from monitor.model import Channel, ChannelKind, Entry\n"
        "class Cards(SourceSpider):\n"
        "    name = 'cards'\n"
        "    def channels(self):\n"
        f"        return (Channel(url='{site.url('/search?q=mina')}', kind=ChannelKind.LISTING),)\n"
        "    def document(self, response, channel, known):\n"
        "        return Document(entries=tuple(Entry(url=url) for url in response.text.split()))\n"
    )
    site.page("/search?q=mina", f"{site.page('/a', 'mina')} {site.page('/b', 'mina')}")
    source = world.source("alpha", site, feeds=[], spider="cards")
    assert world.crawl([source], site).outcomes == {Outcome.QUEUED: 2}


def test_a_spider_that_does_not_exist_fails_its_source_alone(site: Any, world: Any) -> None:
    (good,) = outlets(site, world, 1)
    visits = {
        visit.source: visit for visit in world.crawl([world.source("alpha", site, spider="nobody"), good], site).visits
    }
    assert visits[good.id].status == "ok"
    assert visits["alpha"].status == "failed"
    assert "no SourceSpider is named 'nobody'" in visits["alpha"].note


def test_memory_of_a_feeds_items_spares_reading_them_again(site: Any, world: Any) -> None:
    pages = [site.page(f"/{number}", "mina") for number in range(4)]
    site.feed("/rss.xml", pages[:3])
    source = world.source("alpha", site)
    crawls = world.crawls(site)
    world._run(crawls.run([source]))
    site.feed("/rss.xml", pages)
    report = world._run(crawls.run([source]))
    assert report.outcomes == {Outcome.QUEUED: 1}
    assert report.visits[0].channels[0].entries == 4
