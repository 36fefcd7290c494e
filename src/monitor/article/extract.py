"""Page → Article, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from monitor.article import (
    authors,
    body,
    charset,
    chrome,
    clean,
    closing,
    dated,
    document,
    evidence,
    headline,
    language,
    location,
    story,
    told,
    verdict,
    walls,
)
from monitor.article import blocks as page_blocks
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.model import Article, Claim, Entry, Outcome, Page, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What became of a page: an article, or an outcome with its reason."""

    article: Article | None
    outcome: Outcome | None = None
    """NOT_ARTICLE or BLOCKED when there is no article."""
    reason: str | None = None
    described: Article | None = None
    """What a page without an article says of itself: title, authors, date, no paragraphs."""
    claims: tuple[Claim, ...] = ()
    """The moments of publication that the page and its channel give."""
    blocks: tuple[str, ...] = ()
    """Keys of the page's text blocks, for learning what recurs on other pages of the source."""


def extract(
    page: Page, *, source: Source | None, entry: Entry | None, chrome: frozenset[str], now: datetime
) -> Extraction:
    """The article that the page holds, or why it holds none; `chrome` are keys that recur on pages of the source."""
    text = charset.decode(page.body, content_type=page.content_type, encoding=source.encoding if source else None)
    tree = document.parse(text)
    if tree is None:
        return Extraction(article=None, outcome=Outcome.NOT_ARTICLE, reason="empty page")
    return _Reading(page, text, tree, source, entry).extraction(chrome, now)


class _Reading:
    """One page under reading: what the parts need of each other."""

    def __init__(self, page: Page, raw: str, tree: HtmlElement, source: Source | None, entry: Entry | None) -> None:
        self.page, self.raw, self.tree, self.source, self.entry = page, raw, tree, source, entry
        self.claims: tuple[Claim, ...] = ()
        self.evidence: Evidence = evidence.gather(tree, url=page.url)
        self.names = headline.outlets(self.evidence, source.name if source else None)
        self.blocks: list[Block] = page_blocks.read(tree)
        lines = [block.text for block in self.blocks if 10 < len(block.text) < 200 and block.link_share < 0.5]
        self.title = headline.choose(
            self.evidence, lines=lines, announced=entry.title if entry else None, names=self.names
        )
        self.start = story.headline_at(self.blocks, self.title)

    def extraction(self, recurring: frozenset[str], now: datetime) -> Extraction:
        """The article, or why there is none."""
        lead = self.evidence.meta("og:description", "description") or (self.entry.summary if self.entry else None)
        text = body.read(self.tree, self.page.url)
        heard = body.heard(self.blocks, text)
        own = story.find(self.blocks, start=self.start, lead=lead, heard=heard)
        chosen = body.combine(self.blocks, own, text=text, heard=heard, body=told.body(self.evidence))
        chosen = clean.story(
            chosen, title=self.title or "", strip=self.source.strip if self.source else (), recurring=recurring
        )
        seen = chrome.keys(block.text for block in self.blocks if block.link_share < 0.8)
        wall = walls.found(
            self.evidence,
            status=self.page.status,
            title=self.title,
            raw=self.raw,
            story=chosen,
            page=self.blocks,
        )
        article = self._article(chosen, now)
        outcome, reason = self._judge(article, chosen, wall)
        if outcome is None:
            return Extraction(article=article, claims=self.claims, blocks=seen)
        described = replace(article, paragraphs=(), credit=None)
        return Extraction(
            article=None, outcome=outcome, reason=reason, described=described, claims=self.claims, blocks=seen
        )

    def _judge(self, article: Article, chosen: Sequence[Block], wall: str | None) -> tuple[Outcome | None, str | None]:
        """The outcome of a page that is no article, and why."""
        if wall:
            return (Outcome.NOT_ARTICLE if wall in {"not found", "gone"} else Outcome.BLOCKED), wall
        if not article.paragraphs or not article.title:
            return Outcome.NOT_ARTICLE, "no text"
        points = verdict.points(
            self.evidence,
            title=article.title,
            start=self.start,
            story=chosen,
            page=self.blocks,
            named=bool(article.authors),
            dated=article.date_evidence in {"jsonld", "meta", "time", "text"},
            announced=self.entry.title if self.entry else None,
        )
        reason = verdict.against(points)
        return (Outcome.NOT_ARTICLE, reason) if reason else (None, None)

    def _article(self, chosen: Sequence[Block], now: datetime) -> Article:
        credit = self.source.credit if self.source else None
        lines, closers, closed = closing.take(
            [block.text for block in chosen], after=self._after(chosen), credit=credit, names=self.names
        )
        near = self._near(chosen)
        named = authors.choose(
            self.evidence,
            near=near,
            names=self.names,
            outlet=[name for name in (self.source.name, credit) if name] if self.source else [],
            announced=self.entry.author if self.entry else None,
        )
        zone = self.source.timezone if self.source else "UTC"
        announced = self.entry.published_at if self.entry else None
        around: Any = {"near": near, "beside": self._beside(chosen), "announced": announced, "zone": zone, "now": now}
        at, where = dated.choose(self.evidence, self.tree, **around)
        self.claims = dated.claims(self.evidence, chosen=(at, where), **around)
        return Article(
            url=self.page.url,
            title=self.title or "",
            paragraphs=tuple(lines),
            canonical_url=location.canonical(self.evidence, mirrors=self.source.mirrors if self.source else ()),
            authors=named or closers,
            credit=closed,
            published_at=at,
            date_evidence=where,
            language=self._language(lines),
        )

    def _near(self, chosen: Sequence[Block]) -> list[Block]:
        """The blocks around the headline and the story's edges, where bylines and dates stand."""
        if not chosen and self.start is None:
            return []
        first = self.blocks[self.start].order if self.start is not None else chosen[0].order
        last = chosen[-1].order if chosen else first
        begin = min(first, chosen[0].order) if chosen else first
        return [block for block in self.blocks if begin - 6 <= block.order <= last + 6]

    def _beside(self, chosen: Sequence[Block]) -> list[Block]:
        """The blocks between headline and story: what stands there speaks of the article."""
        if self.start is None or not chosen:
            return []
        first, last = self.blocks[self.start].order, chosen[0].order
        return [block for block in self.blocks if first < block.order < min(last, first + 12) and not block.record]

    def _after(self, chosen: Sequence[Block]) -> list[str]:
        """The unlinked lines right behind the story, where a page closes with a name."""
        if not chosen:
            return []
        last = chosen[-1].order
        behind = [block for block in self.blocks if last < block.order <= last + 4 and not block.furniture]
        return [block.text for block in behind if block.link_share < 0.5]

    def _language(self, lines: Sequence[str]) -> str | None:
        node = self.evidence.article
        declared = [
            str(node.get("inLanguage")) if node and isinstance(node.get("inLanguage"), str) else None,
            self.evidence.language,
            self.evidence.meta("og:locale", "content-language", "language"),
            self.entry.language if self.entry else None,
        ]
        usual = self.source.languages if self.source else ()
        return language.choose(" ".join((self.title or "", *lines)), declared=declared, usual=usual)
