"""Caliber.Az: search results are cards that go on by scrolling; the next batch is plain HTTP."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import Response

from monitor.crawl.spider import SourceSpider
from monitor.discovery.document import Document, Follow
from monitor.model import Channel


class CaliberAz(SourceSpider):
    """Follows the search's batches, which seldom name the one that comes next."""

    name = "caliber-az"

    def document(self, response: Response, channel: Channel, known: frozenset[str]) -> Document:
        """The articles of a document; a search batch leads to the next one for as long as it holds cards."""
        document = super().document(response, channel, known)
        if "/search/" not in channel.url:
            return document
        following = _numbered(response.url)
        if not document.entries or (not document.follow and not following):
            return replace(document, follow=())
        return document if document.follow else replace(document, follow=(Follow(url=following or ""),))


def _numbered(url: str) -> str | None:
    """The address with the next page number."""
    parts = urlsplit(url)
    page = parse_qs(parts.query).get("page", ["1"])[0]
    return parts._replace(query=urlencode({"page": int(page) + 1})).geturl() if page.isdecimal() else None
