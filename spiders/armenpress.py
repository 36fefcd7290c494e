"""Armenpress: an Inertia application; its pages hold what they show as JSON in the attribute data-page."""

from dataclasses import replace
from html import escape
from typing import Any

from scrapy.http import Response, TextResponse

from monitor import clock
from monitor.crawl.spider import SourceSpider
from monitor.discovery import moment, paging, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Entry, Page


class Armenpress(SourceSpider):
    """Reads the hits of a search, and articles, out of the pages' data."""

    name = "armenpress"

    def document(self, response: Response, channel: Channel, known: frozenset[str]) -> Document:
        """The articles that a search found, and the next page for as long as it found any."""
        if channel.kind is not ChannelKind.LISTING:
            return super().document(response, channel, known)
        hits = _data(response, "props.data.data").get("hits")
        if not isinstance(hits, list):
            raise FeedError(f"{response.url} holds no list of articles; the site may have been rebuilt")
        found = [hit for hit in hits if isinstance(hit, dict) and str(hit.get("article_id")).isdecimal()]
        following = paging.following(channel.url, response.url) if found else None
        return Document(
            entries=tuple(self._entry(hit, channel) for hit in found),
            follow=(Follow(url=following),) if following else (),
            problem=None if found else "empty",
        )

    def page(self, response: Response) -> Page:
        """The article that the page's data holds, as a plain page."""
        page, told = super().page(response), _data(response, "props.data")
        if not told.get("body"):
            return page
        head = f"<head><meta property='article:published_time' content='{escape(_stamp(told))}'></head>"
        story = f"<article><h1>{escape(str(told.get('title')))}</h1>{told['body']}</article>"
        return replace(page, body=f"<html>{head}<body>{story}</body></html>".encode())

    def _entry(self, hit: dict[str, Any], channel: Channel) -> Entry:
        language = channel.language or self.source.languages[0]
        at = moment.read(_stamp(hit), zone=self.source.timezone, now=clock.now())
        url = f"https://armenpress.am/{language}/article/{hit['article_id']}"
        return Entry(url=url, title=plain.title(str(hit.get("title"))), published_at=at, language=language)


def _stamp(told: dict[str, Any]) -> str:
    return str(next((told[key] for key in ("published_at", "publish_date", "date", "created_at") if told.get(key)), ""))


def _data(response: Response, path: str) -> dict[str, Any]:
    page = response.css("#app::attr(data-page)") if isinstance(response, TextResponse) else None
    found: Any = page.jmespath(path).get() if page else None
    return found if isinstance(found, dict) else {}
