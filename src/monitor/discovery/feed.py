"""RSS, Atom, RDF and JSON Feed → Entries.

feedparser reads the items. It is only ever given BytesIO: a str or bytes that looks like an address or a path would be
opened. Its dates and its clean-up are not used: dates, addresses and text are read by the same rules for all channels.
A well-formed feed is split first, so that of a feed seen before only the new items cost anything.
"""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser
from lxml import etree

from monitor.article import charset
from monitor.discovery import address, jsonfeed, markup, moment, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, Entry, Source
from monitor.text import line

_LIMIT = 500
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
"""Hours; the words of the syndication module."""
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_CHEAP = ("pubDate", "published", "date", "updated", "link", "guid", "id", "title")
# What feedparser is known to raise on hostile mark-up, from its SGML parser and its own mixins.
_FAILURES = (ValueError, LookupError, AssertionError, AttributeError, TypeError, RecursionError)


def parse(
    body: bytes, *, url: str, content_type: str, source: Source, channel: Channel, now: datetime,
    known: frozenset[str] = frozenset(), limit: int = _LIMIT,
) -> Document:  # fmt: skip
    """The entries of a feed in its own order; FeedError when the body is no feed.

    Items whose key is in `known` are skipped and counted. Beyond `limit` items only address, title and date are read,
    and `problem` says so. A cut-off or ill-formed feed gives the items that are whole.
    """
    text = charset.decode(body, content_type=content_type, encoding=source.encoding).strip("\ufeff\x00 \t\r\n")
    # An empty feed of some services is 11 bytes of nothing.
    if len(text) < 12:
        return Document(problem="empty")
    if text[0] in "{[":
        document = jsonfeed.parse(text, url=url, source=source, now=now)
        return replace(document, entries=tuple(_told(document.entries, source=source, channel=channel)))
    text = markup.rooted(text)
    if not _FEED.search(text[:5_000]):
        what = "an HTML page" if _HTML.search(text[:5_000]) else f"no feed: it begins with {text[:40]!r}"
        raise FeedError(f"{url} is {what}; `monitor sources check {source.id}` looks for the feed's new address")
    return _Feed(text, url=url, source=source, channel=channel, now=now).read(known, limit)


class _Feed:
    """One feed under reading: what all steps need to know."""

    def __init__(self, text: str, *, url: str, source: Source, channel: Channel, now: datetime) -> None:
        self.text = text
        self.url, self.source, self.channel, self.now = url, source, channel, now

    def read(self, known: frozenset[str], limit: int) -> Document:
        """The document; see `parse`."""
        tree = markup.tree(self.text)
        if tree is not None:
            return self._split(tree, known, limit)
        text = markup.mended(self.text)
        # Where feedparser's lax reading would take seconds, lxml's recovering one must do.
        tree = markup.tree(text, recover=True) if markup.items(text) > limit else None
        document = self._document(text) if tree is None else self._split(tree, known, limit)
        return replace(document, whole=markup.whole(self.text))

    def _split(self, tree: etree._Element, known: frozenset[str], limit: int) -> Document:
        """The document, of whose items feedparser sees the first `limit` that are not known."""
        items = [node for node in tree.iter("{*}item", "{*}entry") if node is not tree]
        shared = _shared(_guid(node) for node in items)
        keys = {node: _key(node) for node in items}
        fresh = [node for node in items if keys[node] not in known]
        skipped = [node for node in items if keys[node] in known]
        cheap = [self._cheap(node) for node in fresh[limit:]]
        ends = [self._cheap(node) for node in skipped if node in (skipped[0], skipped[-1])]
        for node in (*skipped, *fresh[limit:]):
            node.getparent().remove(node)
        document = self._document(etree.tostring(tree, encoding="unicode"), shared=shared)
        problem = None if skipped else document.problem
        if cheap:
            problem = f"{len(items)} items; of {len(cheap)} only address, title and date were read"
        return replace(
            document,
            entries=(*document.entries, *_told(cheap, source=self.source, channel=self.channel)),
            keys=frozenset(keys.values()),
            known=len(skipped),
            problem=problem,
            oldest=_oldest([document.oldest, *(entry.published_at for entry in (*cheap, *ends))]),
        )

    def _document(self, xml: str, *, shared: frozenset[str] = frozenset()) -> Document:
        """The document as feedparser reads it."""
        found = _ask(xml, self.url)
        about, items = found["feed"], found["entries"]
        entries = tuple(_told(self._entries(items), source=self.source, channel=self.channel, shared=shared))
        problem = None if entries else f"none of {len(items)} items has an address" if items else "empty"
        return Document(
            entries=entries,
            follow=self._next(about),
            title=plain.title(about.get("title")),
            language=_language(about.get("language")),
            problem=problem,
            oldest=_oldest(entry.published_at for entry in entries),
            fresh_for=_fresh_for(about),
        )

    def _entries(self, found: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
        for item in found:
            # dict.get: feedparser's own lookup answers for one date with another and warns.
            get = partial(dict[str, Any].get, item)
            guid = line(get("id") or "") or None
            link = get("feedburner_origlink") or get("link") or (guid if guid and guid.startswith("http") else None)
            if not (url := address.absolute(self.url, link)):
                continue
            texts = [get("summary"), *(part.get("value") for part in get("content") or ())]
            yield Entry(
                url=url,
                title=plain.title(get("title")),
                summary=plain.summary(max((text for text in texts if text), key=len, default=None)),
                published_at=self._date(url, get("published"), get("updated"), get("created")),
                author=plain.author(get("author")),
                language=_language((get("title_detail") or {}).get("language")),
                guid=guid,
            )

    def _cheap(self, node: etree._Element) -> Entry:
        """Address, title and date of an item, read without feedparser; the address is "" when there is none."""
        text: dict[str, str] = {}
        for child in node:
            name = etree.QName(child).localname if isinstance(child.tag, str) else ""
            if name not in _CHEAP:
                continue
            value = child.get("href") if name == "link" and child.get("rel", "alternate") == "alternate" else None
            text.setdefault(name, value or "".join(child.itertext()))
        link = text.get("link") or text.get("guid") or text.get("id")
        url = address.absolute(self.url, link) or ""
        return Entry(
            url=url,
            title=plain.title(text.get("title")),
            published_at=self._date(url, *(text.get(name) for name in _CHEAP[:4])),
        )

    def _date(self, url: str, *stamps: str | None) -> datetime | None:
        zone, now = self.source.timezone, self.now
        return moment.read(*stamps, zone=zone, now=now) or moment.in_url(url, zone=zone, now=now)

    def _next(self, about: Mapping[str, Any]) -> tuple[Follow, ...]:
        """The next page, where the feed names one (RFC 5005) or is WordPress's, which numbers its pages."""
        links = (link.get("href") for link in about.get("links", ()) if link.get("rel") in ("next", "prev-archive"))
        following = next(filter(None, links), None)
        if not following and "wordpress" in str(about.get("generator", "")).lower():
            parts = urlsplit(self.url)
            query = dict(parse_qsl(parts.query))
            query["paged"] = str(int(query.get("paged", "1")) + 1) if query.get("paged", "1").isdecimal() else "2"
            following = parts._replace(query=urlencode(query)).geturl()
        url = address.absolute(self.url, following)
        return (Follow(url=url),) if url and url != self.url else ()


def _fresh_for(about: Mapping[str, Any]) -> timedelta | None:
    """The longest time that the feed says it stays as it is, at most a year."""
    ttl, often = (str(about.get(name, "")).strip() for name in ("ttl", "sy_updatefrequency"))
    hours = _PERIODS.get(str(about.get("sy_updateperiod", "")).strip().lower(), 0)
    times = int(often) if often.isdecimal() and len(often) < 6 and int(often) else 1
    spans = [timedelta(hours=hours) / times, timedelta(minutes=int(ttl) if ttl.isdecimal() and len(ttl) < 9 else 0)]
    return min(max(spans), timedelta(days=365)) or None


def _ask(xml: str, url: str) -> Mapping[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        return feedparser.parse(
            io.BytesIO(xml.encode("utf-8", "replace")),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FAILURES as error:
        raise FeedError(f"{url} cannot be read as a feed ({error}); the server has to mend it") from error


def _key(node: etree._Element) -> str:
    return hashlib.blake2b(etree.tostring(node, with_tail=False), digest_size=8).hexdigest()


def _guid(node: etree._Element) -> str | None:
    found = next((child for child in node.iterchildren("{*}guid", "{*}id")), None)
    return None if found is None else line(found.text or "")


def _shared(guids: Iterable[str | None]) -> frozenset[str]:
    return frozenset(guid for guid, count in Counter(guids).items() if guid and count > 1)


def _told(
    entries: Iterable[Entry], *, source: Source, channel: Channel, shared: frozenset[str] = frozenset()
) -> Iterator[Entry]:
    """The entries that have an address, without guids that several share, in the language that can be relied on."""
    kept = [entry for entry in entries if entry.url]
    shared |= _shared({(entry.guid, entry.url): entry.guid for entry in kept}.values())
    only = source.languages[0] if len(source.languages) == 1 else None
    for entry in kept:
        # Some feeds declare a language that their outlet does not write in.
        declared = entry.language if entry.language in source.languages else None
        guid = None if entry.guid in shared else entry.guid
        yield replace(entry, guid=guid, language=channel.language or only or declared)


def _language(tag: str | None) -> str | None:
    found = re.match(r"[a-z]{2}(?![a-z])", (tag or "").strip().lower())
    return found[0] if found else None


def _oldest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in moments if at), default=None)
