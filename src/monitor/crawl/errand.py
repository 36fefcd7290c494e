"""Single addresses asked for by hand, outside any crawl: nothing is recorded, but every rule of a crawl holds."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response

from monitor.config import Config
from monitor.crawl.fetch import Fetcher
from monitor.crawl.manners import Manners
from monitor.crawl.mishap import MISHAPS, reason
from monitor.crawl.render import equipped
from monitor.crawl.robots import Robots
from monitor.crawl.settings import settings_for
from monitor.errors import MonitorError
from monitor.model import Channel, ChannelKind, Page, Source


class Errands:
    """One polite client for as many addresses as wanted; to be awaited in `crawl.loop.event_loop()`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._manners = Manners(delay=config.crawl.delay)
        self._robots = Robots(agent=config.crawl.user_agent)

    async def get(self, url: str, *, render: bool = False) -> Page:
        """The answer, redirects followed, any status; MonitorError when there is none.

        With `render` it is the page as its scripts have made it. The port of an address that was named by hand is
        allowed, as that of a channel is; private addresses are not.
        """
        if render:
            equipped()
        runner = AsyncCrawlerRunner(settings_for(self._config, [_named(url)], browser=render))
        crawler = runner.create_crawler(_Errand)
        await runner.crawl(
            crawler,
            url=url,
            max_bytes=self._config.crawl.max_page_bytes,
            manners=self._manners,
            robots=self._robots,
            render=render,
        )
        answer = crawler.spider.answer if isinstance(crawler.spider, _Errand) else None
        if not isinstance(answer, Response):
            raise MonitorError(f"{url}: {reason(answer) if answer else 'the crawler did not start'}")
        kind = (answer.headers.get("Content-Type") or b"").decode("latin-1").strip()
        return Page(url=answer.url, body=answer.body, content_type=kind, status=answer.status)


class _Errand(Spider):
    name = "errand"

    def __init__(self, *, url: str, max_bytes: int, manners: Manners, robots: Robots, render: bool) -> None:
        super().__init__()
        self._url, self._max_bytes, self._render = url, max_bytes, render
        # Found by the middlewares.
        self.manners, self.robots = manners, robots
        self.answer: Response | Exception | None = None

    async def start(self) -> AsyncIterator[Any]:
        """The address is asked for; nothing is left to Scrapy's scheduler."""
        try:
            self.answer = await Fetcher(self.crawler).get(self._url, max_bytes=self._max_bytes, render=self._render)
        except MISHAPS as error:
            self.answer = error
        return
        yield


def _named(url: str) -> Source:
    channel = Channel(url=url, kind=ChannelKind.LISTING)
    return Source(id="errand", name="errand", country="INT", languages=(), timezone="UTC", channels=(channel,))
