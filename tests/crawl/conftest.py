"""Loopback sites, and crawls through Scrapy with the project's own settings."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from monitor.crawl.loop import event_loop
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

    from monitor.config import Config
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
