"""JSON Feed (version 1), and the article lists of WordPress's REST interface and of GDELT, → Entries."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor.discovery import address, moment, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Entry, Source

_DATES = ("date_published", "published_at", "publishedAt", "publish_date", "pubDate", "date_modified", "date",
          "seendate", "datetime", "created_at", "createdAt", "time")  # fmt: skip


def parse(text: str, *, url: str, source: Source, now: datetime) -> Document:
    """The entries of a JSON document; FeedError when it is neither a JSON Feed nor a list of WordPress posts."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"{url} is no feed: neither XML nor JSON ({error})") from error
    about = data if isinstance(data, Mapping) else {}
    items = about.get("items", about.get("articles")) if about else data
    if not isinstance(items, list):
        raise FeedError(f"{url} is JSON without a list of items; give the address of a JSON Feed")
    entries = tuple(_entries(items, url=url, source=source, now=now))
    following = address.absolute(url, _text(about, "next_url"))
    problem = None if entries else f"none of {len(items)} items has an address" if items else "empty"
    return Document(
        entries=entries,
        follow=(Follow(url=following),) if following else (),
        title=plain.title(_text(about, "title")),
        language=_language(about),
        problem=problem,
        oldest=min((entry.published_at for entry in entries if entry.published_at), default=None),
    )


def listed(items: Iterable[object], *, url: str, source: Source, now: datetime) -> tuple[Entry, ...]:
    """The entries of a list of things with addresses, whatever the document around them is."""
    return tuple(_entries(items, url=url, source=source, now=now))


def _entries(items: Iterable[object], *, url: str, source: Source, now: datetime) -> Iterator[Entry]:
    for item in items:
        if not isinstance(item, Mapping) or not (
            found := address.absolute(url, _text(item, "url", "link", "external_url", "href", "permalink"))
        ):
            continue
        # WordPress gives UTC in date_gmt, without saying so.
        gmt = _text(item, "date_gmt")
        stamp = f"{gmt}Z" if gmt else _text(item, *_DATES)
        texts = (_text(item, name) for name in ("summary", "excerpt", "content_text", "content_html", "content"))
        yield Entry(
            url=found,
            title=plain.title(_text(item, "title", "headline", "name")),
            summary=plain.summary(max((text for text in texts if text), key=len, default=None)),
            published_at=moment.read(stamp, zone=source.timezone, now=now),
            author=plain.author(", ".join(_authors(item))),
            language=_language(item),
            guid=plain.title(_text(item, "id", "guid")),
        )


def _authors(item: Mapping[str, Any]) -> list[str]:
    listed = item.get("authors") or [item.get("author")]
    authors = listed if isinstance(listed, list) else []
    return [name for author in authors if isinstance(author, Mapping) and (name := _text(author, "name"))]


def _language(data: Mapping[str, Any]) -> str | None:
    return (_text(data, "language") or "")[:2].lower() or None


def _text(data: Mapping[str, Any], *names: str) -> str | None:
    """The first of these members that holds text; WordPress wraps its texts in {"rendered": …}."""
    for name in names:
        value = data.get(name)
        if isinstance(value, Mapping):
            value = value.get("rendered")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return None
