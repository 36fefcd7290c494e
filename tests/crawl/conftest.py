"""Loopback sites, and crawls through Scrapy with the project's own settings."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from monitor import catalogue, clock
from monitor.config import Config
from monitor.crawl.loop import event_loop
from monitor.crawl.run import Crawls
from monitor.home import open_home
from monitor.intake import Result
from monitor.ledger import Ledger, outcomes
from monitor.ledger.runs import RunReport
from monitor.ledger.urls import Due
from monitor.model import Outcome, Page, Progress, Source
from tests.site.server import Site, serve

T = TypeVar("T")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def run() -> Callable[[Awaitable[T]], T]:
    """Awaits something in the loop that the crawls share."""
    loop = event_loop()

    async def within(thing: Awaitable[T]) -> T:
        return await thing

    return lambda thing: loop.run_until_complete(asyncio.wait_for(within(thing), 60))


@pytest.fixture
def fetch(run: Callable[[Awaitable[Any]], Any]) -> Callable[..., list[Any]]:
    """Fetches URLs one after the other in one crawl; each result is a Response or the exception."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerRunner

    from monitor.crawl.settings import settings_for

    def get(
        *urls: str,
        spider: dict[str, Any] | None = None,
        places: list[str] | None = None,
        headers: Any = None,
        **crawl: Any,
    ) -> list[Any]:
        results: list[Any] = []

        class Fetcher(Spider):
            name = "fetcher"

            async def start(self) -> Any:
                for url in urls:
                    try:
                        results.append(await self.crawler.engine.download_async(Request(url, headers=headers)))
                    except Exception as error:  # noqa: BLE001 - the test judges it
                        results.append(error)
                return
                yield

        config = Config(crawl={"delay": 0, "timeout": 5, **crawl})
        settings = settings_for(config, ())
        settings.set("MONITOR_PLACES", places or [], priority="cmdline")
        run(AsyncCrawlerRunner(settings).crawl(type("Fetcher", (Fetcher,), spider or {})))
        return results

    return get


@dataclass
class Taken:
    """An intake that lands every page whose body says "mina", and remembers what it was given."""

    ledger: Ledger
    pages: list[Page] = field(default_factory=list)

    async def page(self, *, run: int, source: Source, due: Due, page: Page, now: datetime) -> Result:
        self.pages.append(page)
        outcome = Outcome.QUEUED if b"mina" in page.body else Outcome.IRRELEVANT
        settled = outcomes.settle(self.ledger, run=run, url_id=due.url_id, outcome=outcome, now=now, fetched=True)
        return Result(outcome=settled)

    def recover(self, *, now: datetime) -> tuple[str, ...]:
        return ()


class World:
    """A home with a ledger, and sources on loopback sites that are crawled with the real machinery."""

    def __init__(self, directory: Path, blank: Path, run: Callable[[Awaitable[Any]], Any]) -> None:
        self.home = open_home(directory)
        shutil.copy(blank, self.home.ledger)
        self.ledger = Ledger.open(self.home.ledger)
        self.intake = Taken(self.ledger)
        self.told: list[Progress] = []
        self._run = run

    def source(self, name: str, site: Site, *, sitemaps: Any = (), listings: Any = (), **more: Any) -> Source:
        feeds = more.pop("feeds", [] if sitemaps or listings else [site.url("/rss.xml")])
        table = {
            "id": name,
            "name": name.title(),
            "country": "AZ",
            "languages": ["az"],
            "timezone": "Asia/Baku",
            "feeds": feeds,
            "sitemaps": list(sitemaps),
            "listings": list(listings),
            **more,
        }
        return catalogue.parse(table, place="test")

    def now(self) -> datetime:
        return clock.now()

    def crawls(self, *sites: Site, **crawl: Any) -> Crawls:
        table = {"delay": 0, "timeout": 5, "allow_private": [site.place for site in sites], **crawl}
        made = Crawls(Config(crawl=table), self.home, ledger=self.ledger, intake=self.intake)
        made.manners.pause = timedelta(milliseconds=20)
        made.manners.patience = timedelta(seconds=1.5)
        return made

    def crawl(self, sources: Sequence[Source], *sites: Site, options: Any = None, **crawl: Any) -> RunReport:
        made = self.crawls(*sites, **crawl)
        return self._run(made.run(sources, progress=self.told.append, **(options or {})))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger, to be copied: making one anew takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("blank") / "monitor.db"
    Ledger.open(path).close()
    return path


@pytest.fixture
def world(tmp_path: Path, blank: Path, run: Callable[[Awaitable[Any]], Any]) -> Iterator[World]:
    made = World(tmp_path / "home", blank, run)
    yield made
    made.ledger.close()
