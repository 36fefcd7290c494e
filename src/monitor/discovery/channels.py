"""Where a site announces its articles: what its pages and its robots.txt say of feeds, sitemaps and lists.

For `sources add` and `sources check`: each candidate has to be fetched and read before it is believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from monitor.article import charset
from monitor.article import document as page
from monitor.discovery import address, plain
from monitor.model import ChannelKind

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_FEED_LINK = re.compile(
    r"/(?:rss|atom|feeds?|rdf)(?:[/.?_-]|$)|\.(?:rss|atom|rdf)$|(?:rss|feed|atom)\.(?:xml|php|asp)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comments?/feed|/comments?\b|kommentar", re.IGNORECASE)
# How sections of news are called in the languages of the region.
_SECTION = re.compile(
    r"news|xeber|xəbər|hadise|karabakh|qarabag|incident|novosti|новости|происшеств|նորություն|lurer|ახალი|siakhle|haber"
    r"|gundem|новини|novyny|اخبار|أخبار",
    re.IGNORECASE,
)
# Where feeds and sitemaps lie when no page says so, the most usual first.
_USUAL_FEEDS = ("/rss", "/feed/", "/rss.xml", "/feed", "/rss/", "/index.xml", "/atom.xml", "/feed.json")
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a channel."""

    url: str
    kind: ChannelKind
    title: str | None = None
    language: str | None = None


def in_page(body: bytes, *, url: str, content_type: str = "") -> tuple[Candidate, ...]:
    """The feeds, sitemaps and sections that a page links to on any host, feeds first, comments' feeds left out."""
    tree = _tree(body, content_type)
    if tree is None:
        return ()
    found = dict.fromkeys((*_declared(tree, url), *_linked(tree, url), *_sections(tree, url)))
    return tuple(found)[:_MOST]


def called(body: bytes, *, content_type: str = "") -> tuple[str | None, str | None]:
    """What a page says of its site: the name and the language."""
    tree = _tree(body, content_type)
    if tree is None:
        return None, None
    named = tree.xpath("string(//meta[@property='og:site_name']/@content)") or tree.findtext(".//title")
    return plain.title(named), _code(tree.get("lang"))


def in_robots(body: bytes, *, url: str) -> tuple[Candidate, ...]:
    """The sitemaps that a robots.txt names."""
    found = (address.absolute(url, link) for link in _SITEMAP_LINE.findall(body[:512_000].decode("utf-8", "replace")))
    return tuple(dict.fromkeys(Candidate(url=one, kind=ChannelKind.SITEMAP) for one in found if one))[:_MOST]


def usual(url: str) -> tuple[Candidate, ...]:
    """The addresses at which a site's feeds and sitemaps most often lie."""
    root = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    feeds = (Candidate(url=root + path, kind=ChannelKind.FEED) for path in _USUAL_FEEDS)
    return (*feeds, *(Candidate(url=root + path, kind=ChannelKind.SITEMAP) for path in _USUAL_SITEMAPS))


def _tree(body: bytes, content_type: str) -> HtmlElement | None:
    try:
        return page.parse(charset.decode(body, content_type=content_type))
    except etree.ParserError:  # mark-up that holds no element
        return None


def _declared(tree: HtmlElement, url: str) -> Iterator[Candidate]:
    for node in tree.iter("link"):
        rel, kind = (node.get("rel") or "").lower().split(), (node.get("type") or "").lower().split(";")[0].strip()
        found = address.absolute(url, node.get("href"))
        if not found or _COMMENTS.search(found):
            continue
        if "alternate" in rel and kind in _FEED_TYPES:
            yield Candidate(
                url=found,
                kind=ChannelKind.FEED,
                title=plain.title(node.get("title")),
                language=_code(node.get("hreflang")),
            )
        elif "sitemap" in rel:
            yield Candidate(url=found, kind=ChannelKind.SITEMAP)


def _linked(tree: HtmlElement, url: str) -> Iterator[Candidate]:
    for node in tree.iter("a"):
        found = address.absolute(url, node.get("href"))
        if not found or _COMMENTS.search(found) or not address.same_site(found, url):
            continue
        path = urlsplit(found).path
        if _FEED_LINK.search(path):
            yield Candidate(url=found, kind=ChannelKind.FEED, title=plain.title(node.text_content()))
        elif "sitemap" in path.lower() and path.lower().endswith((".xml", ".gz", ".txt")):
            yield Candidate(url=found, kind=ChannelKind.SITEMAP)


def _sections(tree: HtmlElement, url: str) -> Iterator[Candidate]:
    """Links of one or two path segments without numbers whose address or words speak of news."""
    for node in tree.iter("a"):
        found = address.absolute(url, node.get("href"))
        words = plain.title(node.text_content())
        if not found or not words or len(words) > 40 or not address.same_site(found, url):
            continue
        segments = [part for part in urlsplit(found).path.split("/") if part]
        plain_path = 1 <= len(segments) <= 2 and not any(char.isdigit() for char in "".join(segments))
        if plain_path and not _FEED_LINK.search(found) and (_SECTION.search(segments[-1]) or _SECTION.search(words)):
            yield Candidate(url=found, kind=ChannelKind.LISTING, title=words)


def _code(tag: str | None) -> str | None:
    return (tag or "")[:2].lower() or None
