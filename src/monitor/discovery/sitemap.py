"""Sitemaps: url sets, news sitemaps, indexes, plain text, gzipped or not → Entries and further sitemaps.

An index has no dates of articles, but says when each of its sitemaps changed, or names a day or month in its address:
that is what `reaches` goes by, so that a visit since Monday does not read ten years of sitemaps.
"""

import calendar
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import etree

from monitor.article import charset
from monitor.discovery import address, moment, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, Entry, Source

# The protocol's own bounds: 50 MiB unpacked, 50,000 addresses.
_MOST_BYTES = 50 * 1024 * 1024
_MOST_LOCATIONS = 50_000
_DAY_IN_URL = re.compile(r"(?<!\d)(20\d\d)[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_END = re.compile(rb"</(?:\w+:)?(?:urlset|sitemapindex)\s*>|<(?:\w+:)?(?:urlset|sitemapindex)[^<>]*/>", re.IGNORECASE)
_MONTH_IN_URL = re.compile(r"(?<!\d)(20\d\d)[-_/.]?(0[1-9]|1[0-2])(?![\d])")
_YEAR_IN_URL = re.compile(r"(?<![\d])(20\d\d)(?!\d)")


def parse(body: bytes, *, url: str, source: Source, channel: Channel, now: datetime) -> Document:
    """The articles and further sitemaps a sitemap names; FeedError when the body is none or unpacks to over 50 MiB.

    An entry is dated by its news:publication_date, else its address, else its lastmod: nothing was published later.
    Addresses that cannot be articles of the source are left out.
    """
    body, complete = _unpacked(body, url)
    body = body.strip(b"\x00 \t\r\n")
    if not body:
        return Document(problem="empty")
    if b"<" not in body[:1000]:
        return replace(_text(body, url=url, source=source, channel=channel), whole=complete)
    complete = complete and _END.search(body[-200:]) is not None
    tree = _tree(body)
    name = etree.QName(tree).localname.lower() if tree is not None else ""
    if tree is None or name not in {"urlset", "sitemapindex"}:
        what = (
            "an HTML page"
            if name == "html" or b"<html" in body[:2000].lower()
            else f"no sitemap but {name or 'unreadable'}"
        )
        raise FeedError(
            f"{url} is {what}; `monitor sources check {source.id}` looks for the sitemaps that robots.txt names"
        )
    if name == "sitemapindex":
        follow = tuple(_follow(tree, url=url, source=source, now=now))
        return Document(follow=follow, problem=None if follow else "empty", whole=complete)
    entries = tuple(_entries(tree, url=url, source=source, channel=channel, now=now))
    oldest = min((entry.published_at for entry in entries if entry.published_at), default=None)
    return Document(entries=entries, problem=_problem(len(entries), len(tree)), oldest=oldest, whole=complete)


def reaches(follow: Follow, since: datetime | None) -> bool:
    """True unless it is known that the sitemap holds nothing published at or after since."""
    if since is None:
        return True
    if follow.changed_at and follow.changed_at < since:
        return False
    # A sitemap that changed may still be of an earlier month. A year alone may be a mere number: a change outweighs it.
    named = newest_in_url(follow.url, years=follow.changed_at is None)
    return named is None or named >= since


def newest_in_url(url: str, *, years: bool = True) -> datetime | None:
    """The end of the day, month or year that a sitemap's address names (post-2024-05.xml), plus two days, or None."""
    path = url.partition("://")[2]
    if found := _DAY_IN_URL.search(path):
        year, month, day = map(int, found.groups())
    elif found := _MONTH_IN_URL.search(path):
        year, month, day = int(found[1]), int(found[2]), 31
    elif years and (found := _YEAR_IN_URL.search(path)):
        year, month, day = int(found[1]), 12, 31
    else:
        return None
    day = min(day, calendar.monthrange(year, month)[1])
    return datetime(year, month, day, tzinfo=UTC) + timedelta(days=2)


def _unpacked(body: bytes, url: str) -> tuple[bytes, bool]:
    """The body unpacked, twice at most, and whether it was all there; what was cut off gives what is there."""
    complete = True
    for _ in range(2):
        if not body.startswith(b"\x1f\x8b"):
            break
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            body = unpacker.decompress(body, _MOST_BYTES)
        except zlib.error as error:
            raise FeedError(f"{url} cannot be unpacked ({error}); the server has to mend it") from error
        complete = complete and unpacker.eof
        if unpacker.unconsumed_tail:
            raise FeedError(f"{url} unpacks to more than 50 MiB; a sitemap may not, so it was not read")
    if len(body) > _MOST_BYTES:
        raise FeedError(f"{url} is larger than 50 MiB; a sitemap may not be, so it was not read")
    return body, complete


def _tree(body: bytes) -> etree._Element | None:
    # Entities are neither resolved nor fetched; the DTD that could declare them is not loaded.
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _entries(tree: etree._Element, *, url: str, source: Source, channel: Channel, now: datetime) -> Iterator[Entry]:
    locations = [_told(node) for node in tree[:_MOST_LOCATIONS]]
    clock = _clock(locations)
    for told in locations:
        found = address.absolute(url, told.get("loc"))
        if not found or not address.article(found, source):
            continue
        zone, changed = source.timezone, told.get("lastmod")
        published_at = (
            moment.read(told.get("publication_date"), zone=zone, now=now)
            or moment.in_url(found, zone=zone, now=now)
            or moment.read(None if changed == clock else changed, zone=zone, now=now)
        )
        language = told.get("language", "")[:2].lower()
        yield Entry(
            url=found,
            title=plain.title(told.get("title")),
            published_at=published_at,
            language=channel.language or (language if language in source.languages else None),
        )


def _follow(tree: etree._Element, *, url: str, source: Source, now: datetime) -> Iterator[Follow]:
    seen = {url}
    for node in tree[:_MOST_LOCATIONS]:
        told = _told(node)
        found = address.absolute(url, told.get("loc"))
        if found and found not in seen:
            seen.add(found)
            yield Follow(url=found, changed_at=moment.read(told.get("lastmod"), zone=source.timezone, now=now))


def _clock(locations: Sequence[Mapping[str, str]]) -> str | None:
    """The lastmod that most locations share: when the sitemap was made, not when a page was."""
    [(stamp, count)] = Counter(told.get("lastmod") for told in locations).most_common(1) or [(None, 0)]
    return stamp if count > max(10, len(locations) // 2) else None


def _told(node: etree._Element) -> dict[str, str]:
    """The texts of a url or sitemap element by local name; of several the first, news title before image title."""
    told: dict[str, str] = {}
    for child in node.iterdescendants():
        if isinstance(child.tag, str) and child.text and "image" not in (etree.QName(child).namespace or ""):
            told.setdefault(etree.QName(child).localname, child.text)
    return told


def _text(body: bytes, *, url: str, source: Source, channel: Channel) -> Document:
    """A text sitemap: one address a line and nothing else."""
    lines = [line.strip() for line in charset.decode(body).splitlines() if line.strip()][:_MOST_LOCATIONS]
    first = lines[0] if lines else ""
    if not first.lower().startswith(("http://", "https://")):
        raise FeedError(
            f"{url} is no sitemap: it begins with {first[:40]!r}; `monitor sources check {source.id}` looks on"
        )
    found = (address.absolute(url, line) for line in lines if line.lower().startswith("http"))
    entries = tuple(Entry(url=one, language=channel.language) for one in found if one and address.article(one, source))
    return Document(entries=entries, problem=_problem(len(entries), len(lines)))


def _problem(entries: int, locations: int) -> str | None:
    if entries:
        return None
    return f"none of {locations} addresses is an article's; look at article_pattern" if locations else "empty"
