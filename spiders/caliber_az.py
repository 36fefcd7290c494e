"""Caliber.Az: search results are cards that go on by scrolling; the next batch is plain HTTP."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import HtmlResponse, Response, TextResponse

from monitor.crawl.spider import SourceSpider
from monitor.discovery import address
from monitor.discovery.document import Document, Follow
from monitor.model import Channel

# Where pages that scroll say what comes next.
_NEXT = "[data-next], [data-next-url], [data-url], a.load_more, a.show_more"


class CaliberAz(SourceSpider):
    """Reads the search's batches: HTML, or JSON that wraps HTML."""

    name = "caliber-az"

    def document(self, response: Response, channel: Channel, known: frozenset[str]) -> Document:
        """The articles of a document; a search batch leads to the next one for as long as it holds cards."""
        if "/search/" not in channel.url or not isinstance(response, TextResponse):
            return super().document(response, channel, known)
        batch = _unwrapped(response)
        document = super().document(batch, channel, known)
        following = _following(batch)
        if not document.entries or not following:
            return replace(document, follow=())
        return replace(document, follow=(Follow(url=following),))


def _unwrapped(response: TextResponse) -> TextResponse:
    """The batch as a page of its own, at its own address."""
    if not response.text.lstrip().startswith("{"):
        return response
    data = response.json()
    parts = [value for value in data.values() if isinstance(value, str)] if isinstance(data, Mapping) else []
    body = f"<html><body>{max(parts, key=len, default='')}</body></html>"
    return HtmlResponse(response.url, body=body, encoding="utf-8", headers={"Content-Type": "text/html; charset=utf-8"})


def _following(response: TextResponse) -> str | None:
    """What the page names as its next batch, else its address with the next page number."""
    for node in response.css(_NEXT):
        named = next(
            (node.attrib[key] for key in ("data-next", "data-next-url", "data-url", "href") if node.attrib.get(key)), ""
        )
        found = address.absolute(response.url, named)
        if found and found != response.url and address.same_site(found, response.url):
            return found
    parts = urlsplit(response.url)
    page = parse_qs(parts.query).get("page", ["1"])[0]
    return parts._replace(query=urlencode({"page": int(page) + 1})).geturl() if page.isdecimal() else None
