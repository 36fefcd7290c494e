"""Armenpress: an Inertia application; its pages hold their articles as JSON in the attribute data-page."""

import json
from collections.abc import Mapping
from typing import Any

from scrapy.http import Response, TextResponse

from monitor import clock
from monitor.crawl.spider import SourceSpider
from monitor.discovery import moment, paging, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, ChannelKind, Entry

_DATES = ("published_at", "publish_date", "date", "created_at")


class Armenpress(SourceSpider):
    """Reads the hits of a search page."""

    name = "armenpress"

    def document(self, response: Response, channel: Channel, known: frozenset[str]) -> Document:
        """The articles that a search found, and the next page for as long as it found any."""
        if channel.kind is not ChannelKind.LISTING or not isinstance(response, TextResponse):
            return super().document(response, channel, known)
        language = channel.language or self.source.languages[0]
        entries = tuple(
            self._entry(hit, language) for hit in _hits(response) if str(hit.get("article_id", "")).isdecimal()
        )
        following = paging.following(channel.url, response.url) if entries else None
        return Document(
            entries=entries,
            follow=(Follow(url=following),) if following else (),
            problem=None if entries else "empty",
            oldest=min((entry.published_at for entry in entries if entry.published_at), default=None),
        )

    def _entry(self, hit: Mapping[str, Any], language: str) -> Entry:
        stamps = [str(hit[name]) for name in _DATES if hit.get(name)]
        return Entry(
            url=f"https://armenpress.am/{language}/article/{hit['article_id']}",
            title=plain.title(str(hit.get("title") or "")),
            published_at=moment.read(*stamps, zone=self.source.timezone, now=clock.now()),
            language=language,
        )


def _hits(response: TextResponse) -> list[Mapping[str, Any]]:
    """The list at props.data.data.hits of the page's JSON."""
    text = response.css("#app::attr(data-page)").get() or response.text
    try:
        found = json.loads(text)
        for name in ("props", "data", "data", "hits"):
            found = found[name]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise FeedError(f"{response.url} holds no list of articles; the site may have been rebuilt") from error
    return [hit for hit in found if isinstance(hit, Mapping)] if isinstance(found, list) else []
