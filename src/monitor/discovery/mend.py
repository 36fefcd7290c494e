"""What would make a broken source's selectors and patterns fit again, by what its pages hold now."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from monitor.article import charset
from monitor.article import document as page
from monitor.discovery import address, plain
from monitor.model import Source

_HEADLINE = 20
"""Letters; menus and buttons have fewer."""
_FEW = 3
_CHROME = {"nav", "header", "footer", "aside"}
_NAME = re.compile(r"[A-Za-z][\w-]*")
_SCRIPTED = 400
"""Letters of text; a page with fewer and with scripts is likely filled by them."""


def links(body: bytes, *, url: str, content_type: str, source: Source) -> str | None:
    """A selector for the links to articles on a page, or None when no group of links looks like headlines."""
    tree = _tree(body, content_type)
    if tree is None:
        return None
    leads: dict[str, set[str]] = defaultdict(set)
    for node in tree.iter("a"):
        found = address.absolute(url, node.get("href"))
        if not found or not address.article(found, source) or len(plain.title(node.text_content()) or "") < _HEADLINE:
            continue
        if not _CHROME.intersection(above.tag for above in node.iterancestors()):
            leads[_path(node)].add(found)
    best = max(leads, key=lambda path: len(leads[path]), default=None)
    return best if best is not None and len(leads[best]) >= _FEW else None


def pattern(urls: Iterable[str]) -> str | None:
    """A pattern that most of the addresses fit: numbers and slugs may differ, the rest is as they have it."""
    shapes = Counter(shape for url in dict.fromkeys(urls) if (shape := _shape(url)))
    if not shapes:
        return None
    shape, count = shapes.most_common(1)[0]
    return shape if count >= _FEW and count * 2 > shapes.total() else None


def scripted(body: bytes, *, content_type: str = "") -> bool:
    """Whether a page holds hardly a text but scripts, which may bring it."""
    tree = _tree(body, content_type)
    if tree is None or tree.find(".//script") is None:
        return False
    shown = tree.xpath("string(//body)")
    hidden = sum(len(node.text_content()) for node in tree.iter("script", "style", "noscript"))
    return len(shown.strip()) - hidden < _SCRIPTED


def _tree(body: bytes, content_type: str) -> HtmlElement | None:
    try:
        return page.parse(charset.decode(body, content_type=content_type))
    except etree.ParserError:  # mark-up that holds no element
        return None


def _path(node: HtmlElement) -> str:
    """The link by its own class and by the nearest two elements around it that have a class or are headings."""
    steps = [_step(node)]
    for above in node.iterancestors():
        if above.tag in {"body", "html"} or len(steps) == 3:
            break
        if above.get("class") or above.tag in {"h1", "h2", "h3", "h4", "article", "li"}:
            steps.append(_step(above))
    return " ".join(reversed(steps))


def _step(node: HtmlElement) -> str:
    # Names with digits are often made anew with each build, or number the cards.
    names = [name for name in (node.get("class") or "").split() if _NAME.fullmatch(name)]
    steady = [name for name in names if not any(char.isdigit() for char in name)]
    return f"{node.tag}.{steady[0]}" if steady else str(node.tag)


def _shape(url: str) -> str | None:
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if not segments:
        return None
    host = re.escape(parts.netloc.removeprefix("www."))
    shown = [_segment(segment, last=number == len(segments)) for number, segment in enumerate(segments, 1)]
    return rf"^https?://(?:www\.)?{host}/" + "/".join(shown)


def _segment(segment: str, *, last: bool) -> str:
    if segment.isdecimal():
        return r"\d+"
    if last or re.search(r"\d", segment) or len(segment) > _HEADLINE:
        return r"[^/]*\d[^/]*" if re.search(r"\d{3}", segment) else "[^/]+"
    return re.escape(segment)
