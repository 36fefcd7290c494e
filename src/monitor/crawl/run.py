"""Crawls: many visits side by side in one event loop, none of which can stop another."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from scrapy.crawler import AsyncCrawlerRunner, Crawler

from monitor import clock
from monitor.config import Config
from monitor.crawl import holder, own
from monitor.crawl.manners import Manners
from monitor.crawl.render import equipped, renders
from monitor.crawl.robots import Robots
from monitor.crawl.round import Allowance, Round, Taker
from monitor.crawl.settings import settings_for
from monitor.crawl.spider import SourceSpider
from monitor.errors import LedgerError, MonitorError, QueueError
from monitor.home import Home
from monitor.ledger import Ledger, leases, runs
from monitor.ledger.runs import RunReport
from monitor.model import Progress, Source, VisitReport

log = logging.getLogger(__name__)

_numbers = count(1)

_BROWSERS = 2
"""Visits that have a browser at the same time: each takes some hundred megabytes."""
_KNOCKS = 4
"""Times `concurrency`: sources that may be waited for at once before they have answered."""


class Crawls:
    """What all crawls of one process share: ledger, intake, manners. Make it once, run it as often as wanted."""

    def __init__(self, config: Config, home: Home, *, ledger: Ledger, intake: Taker) -> None:
        self._config, self._home = config, home
        self._ledger, self._intake = ledger, intake
        self.manners = Manners(delay=config.crawl.delay)
        """One for all crawls, so that two that run at once are still one client to each host."""
        self._robots = Robots(agent=config.crawl.user_agent, ledger=ledger)
        self._browsers = asyncio.Semaphore(_BROWSERS)
        self._items: dict[tuple[str, str], frozenset[str]] = {}

    async def run(
        self,
        sources: Sequence[Source],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        due_only: bool = False,
        limit: int | None = None,
        dry_run: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> RunReport:
        """Every source has been visited once, what is new has landed, and the report tells how each visit went.

        `limit` is the number of pages that are fetched at most. A dry run reads the channels only and works on a copy
        of the ledger: its `pending` is what would be fetched. When cancelled, no source stays leased.
        """
        if due_only:
            turn = leases.due(self._ledger, [source.id for source in sources], now=clock.now())
            by_id = {source.id: source for source in sources}
            sources = [by_id[name] for name in turn]
        tell = progress or (lambda _: None)
        if not dry_run:
            self._intake.recover(now=clock.now())
            return await self._run(self._round(self._ledger, since, until, limit, tell), sources)
        with _copy(self._ledger) as ledger:
            dry = replace(
                self._round(ledger, since, until, limit, tell),
                intake=None,
                items={},
                robots=Robots(agent=self._config.crawl.user_agent, ledger=ledger),
            )
            return await self._run(dry, sources)

    def _round(
        self,
        ledger: Ledger,
        since: datetime | None,
        until: datetime | None,
        limit: int | None,
        tell: Callable[[Progress], None],
    ) -> Round:
        crawl = self._config.crawl
        return Round(
            run=runs.start(ledger, kind="crawl", now=clock.now(), since=since, until=until),
            holder=f"{holder.me()}/{next(_numbers)}",
            ledger=ledger,
            manners=self.manners,
            robots=self._robots,
            seats=asyncio.Semaphore(crawl.concurrency),
            intake=self._intake,
            since=since,
            until=until,
            pages=Allowance(10**9 if limit is None else limit),
            max_pages=crawl.max_pages_per_visit,
            max_bytes=crawl.max_page_bytes,
            items=self._items,
            tell=tell,
        )

    async def _run(self, round_: Round, sources: Sequence[Source]) -> RunReport:
        self._clear(round_.ledger, sources)
        # Made only for what is there: the settings are copied in depth, and a browser is looked for.
        runners = {
            browser: AsyncCrawlerRunner(settings_for(self._config, sources, browser=browser))
            for browser in set(map(renders, sources))
        }
        knocks = asyncio.Semaphore(self._config.crawl.concurrency * _KNOCKS)
        visits = [
            asyncio.ensure_future(self._visit(runners[renders(source)], knocks, round_, source)) for source in sources
        ]
        try:
            for done in asyncio.as_completed(visits):
                await done
        finally:
            for visit in visits:
                visit.cancel()
            # Where several failed for the same reason, the first tells it.
            await asyncio.gather(*visits, return_exceptions=True)
            leases.abandon(round_.ledger, holder=round_.holder)
            report = runs.finish(round_.ledger, run=round_.run, now=clock.now())
        return report

    def _clear(self, ledger: Ledger, sources: Sequence[Source]) -> None:
        """Sources that a killed process was visiting are free again."""
        states = leases.states(ledger, [source.id for source in sources]).values()
        for name in {state.holder for state in states if state.holder is not None}:
            if holder.gone(name):
                leases.abandon(ledger, holder=name)

    async def _visit(
        self, runner: AsyncCrawlerRunner, knocks: asyncio.Semaphore, round_: Round, source: Source
    ) -> None:
        """The source was visited, or why not is recorded; only what is nobody's fault but ours is raised."""
        async with knocks:
            started = clock.now()
            visit = asyncio.ensure_future(self._crawled(runner, round_, source))
            try:
                await asyncio.wait([visit])
            finally:
                if visit.cancel():
                    await asyncio.wait([visit])
            error = None if visit.cancelled() else visit.exception()
            if error is None:
                return
            if isinstance(error, LedgerError | QueueError) or not isinstance(error, Exception):
                raise error
            if not isinstance(error, MonitorError):
                log.error("the visit to %s broke off", source.id, exc_info=error)
            why = str(error) if isinstance(error, MonitorError) else f"{type(error).__name__}: {error}"
            round_.tell(_failed(round_, source, started, why))

    async def _crawled(self, runner: AsyncCrawlerRunner, round_: Round, source: Source) -> None:
        if not renders(source):
            await self._with(runner, round_, source)
            return
        equipped()
        async with self._browsers:
            await self._with(runner, round_, source)

    async def _with(self, runner: AsyncCrawlerRunner, round_: Round, source: Source) -> None:
        crawler = runner.create_crawler(own.spider(source, self._home))
        crawling = runner.crawl(crawler, source=source, round_=round_)
        try:
            await asyncio.wait([crawling])
        finally:
            if not crawling.done():
                await _stopped(crawler, crawling)
        await crawling
        if isinstance(crawler.spider, SourceSpider) and crawler.spider.visit is not None:
            await crawler.spider.visit


async def _stopped(crawler: Crawler, crawling: "asyncio.Task[None]") -> None:
    """The visit was broken off and its crawler has closed its connections."""
    if isinstance(crawler.spider, SourceSpider) and crawler.spider.visit is not None:
        crawler.spider.visit.cancel()
    await asyncio.wait([crawling], timeout=5)
    if not crawling.done():
        await crawler.stop_async()
        await asyncio.wait([crawling], timeout=5)


def _failed(round_: Round, source: Source, started: datetime, why: str) -> VisitReport:
    now = clock.now()
    leases.release(
        round_.ledger, source=source.id, holder=round_.holder, now=now, ok=False, next_visit_at=now + source.every
    )
    return runs.visited(
        round_.ledger, run=round_.run, source=source.id, status="failed", started_at=started, now=now, note=why
    )


@contextmanager
def _copy(ledger: Ledger) -> Iterator[Ledger]:
    """A ledger that may be written without consequences: a copy where it is one file, else an empty one."""
    with tempfile.TemporaryDirectory(prefix="monitor-dry-") as directory:
        path = Path(directory) / "monitor.db"
        # A ledger on a server is not copied: the dry run then takes everything for new.
        with suppress(LedgerError):
            ledger.backup(path)
        with Ledger.open(path) as copy:
            yield copy
