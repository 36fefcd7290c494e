"""Pages that list articles: front pages, sections, archives, search results → Entries and the next page.

Which links are articles is said by the channel's selector, else by the source's pattern, else by where they lead.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from monitor.article import charset
from monitor.article import document as page
from monitor.discovery import address, batch, grouped, jsonfeed, moment, paging, plain
from monitor.discovery.document import Document, Follow
from monitor.errors import FeedError
from monitor.model import Channel, Entry, Source

_MOST_LINKS = 2_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_LONGEST_STAMP = 60
_LONGEST_CARD = 1_500
_DATED_CLASS = re.compile(r"date|time|tarix|clock|publish", re.IGNORECASE)
_WORDS = etree.XPath(".//text()[not(ancestor::time) and not(ancestor::script) and not(ancestor::style)]")
_NEXT = (
    "link[rel~=next], a[rel~=next], a.next, .next > a, .pagination-next a, [data-next], [data-next-url], "
    "a.load-more, a.load_more, a.show-more, a.show_more, button[data-url], .load-more[data-url], .load_more[data-url]"
)
_SAID = ("data-next", "data-next-url", "data-url", "data-href")


def parse(body: bytes, *, url: str, content_type: str, source: Source, channel: Channel, now: datetime) -> Document:
    """The articles that a page links to, in its order, and its next page; FeedError when the body is no page at all.

    `problem` says when the selector, or the pattern, fits nothing on the page. JSON lists are read like feeds.
    """
    text = charset.decode(body, content_type=content_type, encoding=source.encoding).strip("\ufeff\x00 \t\r\n")
    if not text:
        return Document(problem="empty")
    if text[0] in "{[":
        return _json(text, url=url, source=source, channel=channel, now=now)
    return _html(text, url=url, source=source, channel=channel, now=now)


def _html(text: str, *, url: str, source: Source, channel: Channel, now: datetime) -> Document:
    try:
        tree = page.parse(text)
    except etree.ParserError:  # mark-up that holds no element
        tree = None
    if tree is None or not len(tree):
        raise FeedError(
            f"{url} is no HTML page: it begins with {text[:40]!r}; `monitor sources check {source.id}` looks on"
        )
    return _Listing(tree, url=url, source=source, channel=channel, now=now).read()


def _json(text: str, *, url: str, source: Source, channel: Channel, now: datetime) -> Document:
    """A list of articles, or the mark-up that a batch wraps."""
    found = batch.unwrapped(text, url=url)
    if found is None:
        raise FeedError(
            f"{url} is neither HTML nor JSON: it begins with {text[:40]!r}; "
            f"`monitor sources check {source.id}` looks on"
        )
    if found.html and not found.items:
        document = _html(f"<html><body>{found.html}</body></html>", url=url, source=source, channel=channel, now=now)
    else:
        document = Document(entries=jsonfeed.listed(found.items, url=url, source=source, now=now))
    kept = tuple(entry for entry in document.entries if address.article(entry.url, source))
    following = paging.following(channel.url, url, held=len(document.entries)) or found.following
    return replace(
        document,
        entries=tuple(replace(entry, language=channel.language) for entry in kept),
        follow=(Follow(url=following),) if following and kept else document.follow,
        problem=document.problem if kept else "no address in it is an article's" if document.entries else "empty",
        oldest=min((entry.published_at for entry in kept if entry.published_at), default=None),
    )


class _Listing:
    """One page under reading: what all steps need to know."""

    def __init__(self, tree: HtmlElement, *, url: str, source: Source, channel: Channel, now: datetime) -> None:
        base = next((href for href in tree.xpath("//base/@href")), None)
        self.tree, self.url, self.base = tree, url, address.absolute(url, base) or url
        self.source, self.channel, self.now = source, channel, now
        self.days: dict[str, date] = {}
        """What the headings over the links say, where the page is grouped by days."""

    def read(self) -> Document:
        """The document; see `parse`."""
        links: dict[str, list[HtmlElement]] = defaultdict(list)
        for found, node in self._links():
            links[found].append(node)
        leads = {found: _lead(nodes) for found, nodes in links.items()}
        cards = _cards(links, leads)
        self.days = grouped.days(self.tree, leads, cards.values(), zone=self.source.timezone, now=self.now)
        entries = tuple(
            Entry(
                url=found,
                title=_best_title(nodes),
                published_at=self._date(found, cards[found]),
                language=self.channel.language,
            )
            for found, nodes in links.items()
        )
        following = self._next(held=len(entries))
        return Document(
            entries=entries,
            follow=(Follow(url=following),) if following else (),
            title=plain.title(self.tree.findtext(".//title")),
            language=(self.tree.get("lang") or "")[:2].lower() or None,
            problem=None if entries else self._nothing(),
            oldest=min((entry.published_at for entry in entries if entry.published_at), default=None),
        )

    def _links(self) -> Iterator[tuple[str, HtmlElement]]:
        """Address and element of each link to an article."""
        choosy = bool(self.channel.links or self.source.article_pattern)
        nodes = _select(self.channel.links, self.tree) if self.channel.links else self.tree.iter("a")
        for node in list(nodes)[:_MOST_LINKS]:
            found = address.absolute(self.base, _href(node))
            if not found or found == self.url or not address.article(found, self.source):
                continue
            if choosy or not _chrome(node):
                yield found, node

    def _date(self, url: str, card: HtmlElement) -> datetime | None:
        """When the article was published, by what stands beside its link alone, its address, or the day over it."""
        zone, now = self.source.timezone, self.now
        stamps = [*_times(card), *_texts(card)][:8]
        if at := moment.read(*stamps, zone=zone, now=now):
            return at
        if at := moment.in_url(url, zone=zone, now=now):
            return at
        named = self.days.get(url)
        return moment.on(named, *stamps, zone=zone, now=now) if named else None

    def _next(self, *, held: int) -> str | None:
        numbered = paging.following(self.channel.url, self.url, held=held)
        if numbered:
            return numbered
        for node in _select(self.channel.next or _NEXT, self.tree):
            # Where scripts load what comes next, its address stands beside the link.
            said = next((node.get(name) for name in _SAID if node.get(name)), None)
            found = address.absolute(self.base, said or _href(node))
            if found and found != self.url and address.same_site(found, self.url):
                return found
        return None

    def _nothing(self) -> str:
        if self.channel.links and not _select(self.channel.links, self.tree):
            return f"the selector {self.channel.links!r} fits nothing on the page"
        return "empty" if self.source.article_pattern is None else "no link on the page fits article_pattern"


def _select(selector: str, tree: HtmlElement) -> list[HtmlElement]:
    return list(_compiled(selector)(tree))


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _href(node: HtmlElement) -> str | None:
    """Where the element leads: its own link, else the first one in it, else the one that it lies in."""
    around = (node, *node.iterdescendants("a"), *node.iterancestors("a"))
    return next((one.get("href") for one in around if one.get("href")), None)


def _chrome(node: HtmlElement) -> bool:
    """True in menus, and in headers and footers but those of a card."""
    above = [one.tag for one in node.iterancestors()]
    page_wide = not {"article", "main", "section", "li"} & set(above)
    return "nav" in above or (page_wide and ("header" in above or "footer" in above))


def _best_title(nodes: list[HtmlElement]) -> str | None:
    """Of several links to one article the words of the one that is a headline, else the longest: not "Read more"."""
    titles = [(any(above.tag in _HEADINGS for above in node.iterancestors()), _title(node) or "") for node in nodes]
    return max(titles, key=lambda found: (found[0] and bool(found[1]), len(found[1])))[1] or None


def _title(node: HtmlElement) -> str | None:
    heading = next(node.iter(*_HEADINGS), None) if node.tag == "a" or len(node) else None
    anchor = node if node.tag == "a" else next(node.iterdescendants("a"), node)
    image = next(anchor.iter("img"), None)
    shown = (heading.text_content() if heading is not None else None, _without_times(anchor))
    said = (anchor.get("title"), anchor.get("aria-label"), image.get("alt") if image is not None else None)
    return next((title for text in (*shown, *said) if (title := plain.title(text))), None)


def _without_times(node: HtmlElement) -> str:
    """The text of a link without the dates in it."""
    return " ".join(_WORDS(node))


def _lead(nodes: list[HtmlElement]) -> HtmlElement:
    """Of several links to one article the first that has a title."""
    return next((node for node in nodes if _title(node)), nodes[0])


def _cards(links: dict[str, list[HtmlElement]], titled: dict[str, HtmlElement]) -> dict[str, HtmlElement]:
    """For each address the largest element around its first titled link that is no more than a card of it."""
    leads: dict[HtmlElement, set[str]] = defaultdict(set)
    for url, nodes in links.items():
        for node in nodes:
            for above in (node, *node.iterancestors()):
                leads[above].add(url)
    cards = {}
    for url, node in titled.items():
        cards[url] = node
        for above in node.iterancestors():
            # Where another article is linked, or more is said than a card says, dates may be the page's or another's.
            if len(leads[above]) > 1 or above.tag == "body" or len(above.text_content()) > _LONGEST_CARD:
                break
            cards[url] = above
    return cards


def _times(card: HtmlElement) -> Iterator[str]:
    for node in card.iter("time"):
        yield from filter(None, (node.get("datetime"), node.text_content().strip()))


def _texts(card: HtmlElement) -> Iterator[str]:
    """Short texts with digits in the card, those first whose class speaks of dates."""
    nodes = [node for node in card.iter() if isinstance(node.tag, str)]
    nodes.sort(key=lambda node: not _DATED_CLASS.search(node.get("class") or ""))
    for node in nodes:
        whole = node.text_content() if _DATED_CLASS.search(node.get("class") or "") else ""
        for text in (whole, node.text or "", *(child.tail or "" for child in node)):
            short = text.strip()
            if 5 <= len(short) <= _LONGEST_STAMP and any(char.isdigit() for char in short):
                yield short
