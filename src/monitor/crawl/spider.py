"""The spider that visits a source; a site's own spider overrides what data cannot say."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from scrapy import Spider
from scrapy.http import Response

from monitor import clock
from monitor.crawl.channel import Read
from monitor.crawl.fetch import Fetcher
from monitor.crawl.manners import Manners
from monitor.crawl.robots import Robots
from monitor.crawl.round import Round
from monitor.crawl.visit import Visit
from monitor.discovery import feed, listing, sitemap
from monitor.discovery.document import Document
from monitor.model import Channel, ChannelKind, Page, Source, VisitReport


class SourceSpider(Spider):
    """Visits one source of the catalogue.

    Override `channels` where the addresses have to be worked out, `document` where a page that lists articles can not
    be read by selectors, `page` where an article does not stand in its HTML. Everything else (leases, dates, robots,
    fetching, landing) is the same for every source.
    """

    source: Source
    visit: "asyncio.Task[VisitReport] | None" = None
    """The visit, begun with the crawl."""

    def __init__(self, source: Source | None = None, round_: Round | None = None, **more: Any) -> None:
        super().__init__(name=source.id if source else None, **more)
        self._round = round_
        if source is not None:
            self.source = source
        # What the middlewares share with all other visits of the process.
        self.manners: Manners | None = round_.manners if round_ else None
        self.robots: Robots | None = round_.robots if round_ else None

    def channels(self) -> tuple[Channel, ...]:
        """The addresses that announce this source's articles."""
        return self.source.channels

    def document(self, response: Response, channel: Channel, known: frozenset[str]) -> Document:
        """What a document of the channel says; FeedError when it is none. Items with known keys may be left out."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        asked: dict[str, Any] = {"url": response.url, "source": self.source, "channel": channel, "now": clock.now()}
        if channel.kind is ChannelKind.FEED:
            return feed.parse(response.body, content_type=content_type, known=known, **asked)
        if channel.kind is ChannelKind.SITEMAP:
            return sitemap.parse(response.body, **asked)
        return listing.parse(response.body, content_type=content_type, **asked)

    def page(self, response: Response) -> Page:
        """What is taken in of an article's answer; for sites whose articles stand elsewhere than in their HTML."""
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1").strip()
        return Page(url=response.url, body=response.body, content_type=kind, status=response.status)

    async def start(self) -> AsyncIterator[Any]:
        """The visit; nothing is left to Scrapy's scheduler."""
        if self._round is None:
            await _alone(self.name)
            return
        read: Read = self.document
        # The hosts of its channels are the source's hosts, wherever the addresses come from.
        source = replace(self.source, channels=self.channels())
        visit = Visit(self._round, source, fetcher=Fetcher(self.crawler), read=read, turn=self.page)
        self.visit = asyncio.ensure_future(visit.run())
        try:
            await asyncio.wait([self.visit])
        finally:
            if self.visit.cancel():
                await asyncio.wait([self.visit])
        return
        yield


async def _alone(spider: str) -> None:
    """What `scrapy crawl NAME` does: the home's crawl of the one source that this spider visits."""
    from monitor.crawl import once  # noqa: PLC0415 - the other way round is the rule

    await once.alone(spider)
