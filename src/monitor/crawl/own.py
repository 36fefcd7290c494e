"""The spider that visits a source: its own from `spiders/`, or the general one."""

import pkgutil
import sys

from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from monitor import house
from monitor.crawl.spider import SourceSpider
from monitor.discovery.document import Document
from monitor.errors import SeedError
from monitor.home import Home
from monitor.model import Channel, Page, Source


def spider(source: Source, home: Home) -> type[SourceSpider]:
    """The class that visits the source; SeedError when it names one that does not exist."""
    if source.spider is None:
        return SourceSpider
    package = house.install_spiders(home.spiders)
    # Without the module that makes spiders of the whole catalogue, for Scrapy's own commands.
    modules = [each.name for each in pkgutil.iter_modules(sys.modules[package].__path__) if each.name != "sources"]
    names = [f"{package}.{module}" for module in modules]
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": names, "SPIDER_LOADER_WARN_ONLY": True}))
    try:
        found = loader.load(source.spider)
    except KeyError:
        found = None
    if found is None or not issubclass(found, SourceSpider):
        known = ", ".join(sorted(loader.list())) or "none"
        raise SeedError(f'source "{source.id}": spider: no SourceSpider is named {source.spider!r}; known: {known}')
    return found


class Own:
    """What a source's spider makes of pages that were fetched without it: for checks by hand."""

    def __init__(self, source: Source, home: Home) -> None:
        self._spider = spider(source, home)(source=source)

    def channels(self) -> tuple[Channel, ...]:
        """The addresses that announce the source's articles."""
        return self._spider.channels()

    def document(self, page: Page, channel: Channel) -> Document:
        """What a document of the channel says; FeedError when it is none."""
        return self._spider.document(_response(page), channel, frozenset())

    def page(self, page: Page) -> Page:
        """What is taken in of an article's answer."""
        return self._spider.page(_response(page))


def _response(page: Page) -> Response:
    headers = Headers({"Content-Type": page.content_type} if page.content_type else {})
    kind = responsetypes.from_args(headers=headers, url=page.url, body=page.body)
    return kind(page.url, status=page.status, headers=headers, body=page.body)
