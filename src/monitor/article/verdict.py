"""Is it an article or a list of them: judged by claims and structure, not by what it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.article import jsonld
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.article.headline import agreement
from monitor.article.story import HEADINGS, is_sentence, weight

_LISTS = frozenset(
    {"CollectionPage", "SearchResultsPage", "ProfilePage", "OfferCatalog", "Product", "ProductGroup", "ItemPage"}
)
_LISTS_OG = ("product", "profile", "business", "place", "music", "video", "book")
_PUBLISHED = ("article:published_time", "og:published_time", "datepublished", "parsely-pub-date", "sailthru.date")
_PRICE = re.compile(r"(?:[$€£₼₽₺₴]|US\$)\s?\d|\d\s?(?:[€£₼₽₺₴]|USD|EUR|GBP|AZN|руб|TL)\b", re.IGNORECASE)
# A query that names one page: ?id=123, ?newsid=45&lang=az.
_IDENTIFIES = re.compile(r"(?:^|&)\w{1,12}=\d{2,}(?:&|$)")
_TELLS = "tells a story right behind its headline"
_PARTS = re.compile(r"[^\W_]+")
_SECTIONS = frozenset(
    {"category", "categories", "tag", "tags", "topic", "topics", "section", "sections", "rubric", "rubrika", "rubrics"}
    | {"kateqoriya", "kategori", "kategoriya", "collections", "collection", "shop", "store", "archive", "archives"}
    | {"search", "author", "authors", "browse", "catalog", "departments", "product-category"}
)
# A section only where something stands below it, and only where nothing does.
_ABOVE = frozenset({"page", "list", "c"})
_LAST = frozenset({"news", "latest", "novosti", "xeberler", "haberler", "lenta", "noviny", "all"})
_LANGUAGES = frozenset(
    {"az", "az-latn", "aze", "ru", "rus", "en", "eng", "hy", "am", "arm", "ka", "ge", "geo", "tr", "tur", "uk", "ua"}
    | {
        "ukr",
        "fa",
        "ar",
        "ku",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "pl",
        "ro",
        "bg",
        "el",
        "he",
        "kk",
        "uz",
        "tk",
        "ky",
        "tg",
    }
)
_INDEX = re.compile(r"(?:index|default|home)(?:\.\w{2,5})?")
# So many characters a story of a sentence or a few has at most.
_FLASH = 400
# So many paragraphs a page has that is nothing but its story.
_MANY = 5
# Below this a page says more against being an article than for it.
_ENOUGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that speaks for or against a page being an article."""

    value: int
    reason: str


def points(
    evidence: Evidence,
    *,
    title: str,
    start: int | None,
    story: Sequence[Block],
    page: Sequence[Block],
    named: bool,
    dated: bool,
    announced: str | None,
) -> tuple[Point, ...]:
    """All that speaks for or against the page being an article.

    start is the index of the block that shows the title; named and dated: the page shows an author, a time; announced
    is the headline under which a channel announced it.
    """
    order = _order(start, story, page)
    told = any(point.reason == _TELLS for point in order)
    flash = told and _retells(title, story)
    found = [*_claims(evidence), *_address(evidence.url), *order, *_form(title, story, page, told=told, flash=flash)]
    if flash:
        found.append(Point(value=2, reason="says in a sentence what its headline says"))
    if announced and agreement(announced, title) > 0.6:
        found.append(Point(value=2, reason="was announced under its headline"))
    if named and dated:
        found.append(Point(value=2, reason="names an author"))
    if dated:
        found.append(Point(value=1, reason="shows when it was published"))
        if any(point.reason == _TELLS for point in found):
            found.append(Point(value=1, reason="shows it beside its headline"))
    return tuple(found)


def against(found: Sequence[Point]) -> str | None:
    """Why the page is no article, None when it is one; a page of which next to nothing speaks against is believed."""
    total, bad = sum(point.value for point in found), sum(point.value for point in found if point.value < 0)
    if total >= _ENOUGH or (total == _ENOUGH - 1 and bad >= -1):
        return None
    reasons = [point.reason for point in sorted(found, key=lambda point: point.value) if point.value < 0]
    return "; ".join(reasons) or "nothing says that it is an article"


def _claims(evidence: Evidence) -> list[Point]:
    found: list[Point] = []
    kinds = {name for node in evidence.nodes for name in jsonld.types(node)}
    if evidence.article is not None or evidence.meta(*_PUBLISHED):
        found.append(Point(value=3, reason="is described as an article"))
        if evidence.article is not None and evidence.article.get("articleBody"):
            found.append(Point(value=2, reason="tells its story in JSON-LD"))
    elif kinds & _LISTS:
        found.append(Point(value=-3, reason=f"is described as {', '.join(sorted(kinds & _LISTS))}"))
    kind = (evidence.meta("og:type") or "").lower()
    if kind in {"article", "blog", "post", "news"}:
        found.append(Point(value=2, reason="og:type article"))
    elif kind.startswith(_LISTS_OG):
        found.append(Point(value=-3, reason=f"og:type {kind}"))
    elif kind == "website":
        found.append(Point(value=-1, reason="og:type website"))
    return found


def _address(url: str) -> list[Point]:
    """What the address says: a home page, a section, or a slug that is a headline."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    if not url or _IDENTIFIES.search(parts.query):
        return []
    own = [s for n, s in enumerate(segments) if not (n == 0 and s in _LANGUAGES)]
    if not own or (len(own) == 1 and _INDEX.fullmatch(own[0])):
        return [Point(value=-6, reason="is the site's home page")]
    if _SECTIONS.intersection(segments) or _ABOVE.intersection(segments[:-1]) or segments[-1] in _LAST:
        return [Point(value=-2, reason="stands at a section's address")]
    parts_of_slug = _PARTS.findall(segments[-1])
    if len(parts_of_slug) >= 4:
        return [Point(value=1, reason="has a headline for an address")]
    if len(parts_of_slug) <= 1 and not any(part.isdigit() for segment in segments for part in _PARTS.findall(segment)):
        return [Point(value=-1, reason="has a word for an address")]
    return []


def _form(title: str, story: Sequence[Block], page: Sequence[Block], *, told: bool, flash: bool) -> list[Point]:
    found: list[Point] = []
    size = len(title.split())
    if size >= 5:
        found.append(Point(value=1, reason="has a headline of a sentence's length"))
    elif size <= 2:
        found.append(Point(value=-1, reason="has a title of a word or two"))
    prose = sum(1 for block in story if weight(block) > 0 and len(block.text) >= 80)
    sentences = sum(1 for block in story if is_sentence(block.text))
    if prose >= 3:
        found.append(Point(value=2 if prose >= 8 else 1, reason=f"has {prose} paragraphs"))
    elif not prose and not (told and sentences and (sentences >= 2 or size >= 3)):
        found.append(Point(value=-2, reason="has no paragraph"))
    links = sum(1 for block in page if block.link_share > 0.5 and not block.furniture and block.text.count(" ") >= 2)
    cards = sum(1 for block in page if block.record)
    if prose >= _MANY and links + cards / 2 <= prose and _is_most(story, page):
        found.append(Point(value=2, reason="holds little but its story"))
    # Beside a story of a sentence any menu is long; cards are another matter.
    ratio = ((0 if flash else links) + cards / 2) / max(prose, 1)
    if ratio > 10:
        found.append(
            Point(
                value=-1 if ratio <= 25 or (told and cards <= 25) else -2,
                reason=f"has {links} links and {prose} paragraphs",
            )
        )
    return found


def _is_most(story: Sequence[Block], page: Sequence[Block]) -> bool:
    """Whether the story is nearly all of the page's text, and no list of teasers under linked headings."""
    own = sum(len(block.text) for block in story)
    linked = sum(1 for block in page if block.tag in HEADINGS and block.link_share > 0.5 and not block.furniture)
    return linked <= 3 and own >= 0.85 * sum(len(block.text) for block in page if not block.furniture)


def _retells(title: str, story: Sequence[Block]) -> bool:
    """Whether a short story says once more what its headline says, as every flash does and no section's motto."""
    wanted = _stems(title)
    text = " ".join(block.text for block in story)
    return len(wanted) >= 3 and len(text) < _FLASH and 2 * len(wanted & _stems(text)) >= len(wanted)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of its words: what endings leave of them."""
    return frozenset(word[:3] for word in _PARTS.findall(text.casefold()) if len(word) >= 3)


def _order(start: int | None, story: Sequence[Block], page: Sequence[Block]) -> list[Point]:
    """A story follows its headline; on a list of stories or wares the list does."""
    found: list[Point] = []
    prices = sum(1 for block in page if len(block.text) < 40 and _PRICE.search(block.text))
    prose = sum(1 for block in story if weight(block) > 0 and len(block.text) >= 80)
    if prices >= 4 and prices > prose:
        found.append(Point(value=-2, reason=f"shows {prices} prices"))
    if start is None or not story:
        return found
    between = [block for block in page[start + 1 :] if block.order < story[0].order and not block.furniture]
    listed = sum(1 for block in between if block.record or block.link_share > 0.5)
    told = any(is_sentence(block.text) for block in story[:2])
    if len(between) <= 8 and listed <= 2 and len(page[start].text.split()) >= 3 and told:
        found.append(Point(value=2, reason=_TELLS))
    elif listed > 8:
        worth = -1 if prose > listed else -2 if listed <= 40 else -4
        found.append(Point(value=worth, reason=f"shows {listed} links between its title and its first sentence"))
    return found
