"""OPML, the lists of feeds that readers exchange: in by listparser, out by ourselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import listparser
from lxml import etree

from monitor.discovery import address, plain
from monitor.errors import FeedError
from monitor.model import ChannelKind, Source

_MOST_BYTES = 10 * 1024 * 1024
_MOST_OUTLINES = 10_000
_OUTLINE = re.compile(rb"<outline[\s/>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed of somebody's list."""

    url: str
    title: str | None = None
    folder: str | None = None


def load(body: bytes, *, place: str) -> tuple[Subscription, ...]:
    """The feeds of an OPML file in its order, each once; FeedError when it is none, has entities or is too large."""
    if b"<!ENTITY" in body.upper() or b"<!DOCTYPE" in body.upper():
        raise FeedError(f"{place} declares entities or a document type; an OPML file needs neither, so it was not read")
    outlines = len(_OUTLINE.findall(body))
    if len(body) > _MOST_BYTES or outlines > _MOST_OUTLINES:
        raise FeedError(
            f"{place} holds {outlines} outlines in {len(body)} bytes; split it into files of 10,000 at most"
        )
    if not re.search(rb"<opml[\s>]", body[:5_000], re.IGNORECASE):
        raise FeedError(f"{place} is no OPML file; export the list of feeds from the reader as OPML")
    # Bytes only: a str that begins with http:// would be fetched.
    found = listparser.parse(bytes(body))
    feeds: dict[str, Subscription] = {}
    for feed in found["feeds"]:
        url = address.absolute("", feed["url"])
        if url:
            folders = [part for category in feed.get("categories", []) for part in category]
            folder = plain.title(" / ".join(folders))
            feeds.setdefault(url, Subscription(url=url, title=plain.title(feed.get("title")), folder=folder))
    return tuple(feeds.values())


def dump(sources: Iterable[Source]) -> bytes:
    """An OPML 2.0 file of the sources' feeds that are on, one outline a source."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "monitor"
    body = etree.SubElement(root, "body")
    for source in sources:
        feeds = [channel for channel in source.channels if channel.kind is ChannelKind.FEED and channel.enabled]
        if not feeds:
            continue
        outline = etree.SubElement(body, "outline", text=source.name, category=source.country)
        for channel in feeds:
            told = {"language": channel.language} if channel.language else {}
            etree.SubElement(
                outline, "outline", type="rss", text=source.name, title=source.name, xmlUrl=channel.url, **told
            )
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written
