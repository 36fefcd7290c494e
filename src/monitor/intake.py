"""One page or text in, exactly one outcome out: where core, workers, ledger and queue meet.

The way: worth reading? → read → old? → relevant? → known? → land. Everything after reading happens without a pause
between two awaits, so that two pages of one process never judge past each other; for two processes the ledger's
transactions do the same.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from monitor.article import textfile
from monitor.errors import LedgerError
from monitor.ledger import Ledger, articles, chrome, outcomes, runs, urls
from monitor.ledger.articles import Landing, Story
from monitor.ledger.urls import Due
from monitor.model import Article, Entry, Match, Outcome, Page, Source
from monitor.queue import Queue
from monitor.sameness import fingerprint, urlkey
from monitor.sameness.verdict import Candidate, Sameness, Verdict, judge
from monitor.text import line

if TYPE_CHECKING:
    from monitor.relevance.matcher import Matcher
    from monitor.relevance.prefilter import Prefilter
    from monitor.workers import Reading

FIRST_PAGES = 5
"""So many pages of a new source are read even if nothing on them matches, to learn what recurs on its pages.

Three show what recurs, two more make it sure. Later one page in `SAMPLE` is read for the same reason: sites change.
"""
SAMPLE = 25

# Where a page's own date was read that is as sure as a feed's; a date in the text or an address may mean the event.
_SURE = frozenset({"jsonld", "meta"})


class Reader(Protocol):
    """What reads pages: `workers.Workers`."""

    async def read(
        self, page: Page, *, source: Source | None, entry: Entry | None, chrome: frozenset[str], now: datetime
    ) -> "Reading":
        """What the page holds, or why nothing could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one page or text ended."""

    outcome: Outcome
    reason: str | None = None
    name: str | None = None
    """The queue name: of the article that landed, or of the one that this is a copy or a version of."""


class Intake:
    """The way of pages and texts into ledger and queue."""

    def __init__(
        self, ledger: Ledger, queue: Queue, workers: Reader, *, prefilter: "Prefilter", matcher: "Matcher"
    ) -> None:
        self._ledger, self._queue, self._workers = ledger, queue, workers
        self._prefilter, self._matcher = prefilter, matcher

    def recover(self, *, now: datetime) -> tuple[str, ...]:
        """Everything that was promised to the queue is there; the names that were not before. For the start of a run.

        Numbers go on above all that the queue knows, so that a fresh ledger beside an old queue repeats none.
        """
        articles.reserve(self._ledger, above=max(self._queue.numbers(), default=-1))
        promised = articles.promised(self._ledger)
        for landing in promised:
            self._put(landing, now)
        return tuple(landing.name for landing in promised)

    async def page(self, *, run: int, source: Source, due: Due, page: Page, now: datetime) -> Result:
        """The page has ended in exactly one outcome."""
        one = _One(run=run, source=source, due=due, now=now)
        if not self._worth_reading(source, due, page):
            return self._settle(one, Outcome.IRRELEVANT, "no word of the lexicon on the page")
        recurring = chrome.learned(self._ledger, source.id, before=due.discovered_at)
        reading = await self._workers.read(page, source=source, entry=due.entry, chrome=recurring, now=now)
        extraction = reading.extraction
        if extraction.claims:
            outcomes.claim(self._ledger, url_id=due.url_id, claims=extraction.claims)
        if extraction.article is None or reading.match is None:
            return self._unread(one, extraction.outcome or Outcome.FAILED, extraction.reason)
        if not reading.match.relevant:
            chrome.observe(self._ledger, source=source.id, blocks=extraction.blocks, now=now)
        return self._judge(one, extraction.article, reading.match)

    async def text(self, *, run: int, source: Source, article: Article, now: datetime) -> Result:
        """The article that was handed in as text has ended in exactly one outcome."""
        entry = Entry(
            url=article.url,
            title=article.title,
            published_at=article.published_at,
            author=article.author,
            language=article.language,
        )
        due = urls.record(self._ledger, run=run, source=source, entry=entry, now=now)
        one = _One(run=run, source=source, due=due, now=now)
        if not article.paragraphs:
            return self._settle(one, Outcome.NOT_ARTICLE, "no text")
        return self._judge(one, article, self._match(article))

    async def html(self, *, run: int, source: Source, entry: Entry, page: Page, now: datetime) -> Result:
        """The page that was handed in has ended in exactly one outcome, as one that was fetched."""
        due = urls.record(self._ledger, run=run, source=source, entry=entry, now=now)
        return await self.page(run=run, source=source, due=due, page=page, now=now)

    def _worth_reading(self, source: Source, due: Due, page: Page) -> bool:
        announced = f"{due.entry.title or ''}\n{due.entry.summary or ''}".encode()
        return (
            self._prefilter.passes(page.body, content_type=page.content_type)
            # A page may hide behind a wall what its feed says openly.
            or self._prefilter.passes(announced, content_type="text/plain; charset=utf-8")
            or due.url_id % SAMPLE == 0
            or chrome.pages(self._ledger, source.id) < FIRST_PAGES
        )

    def _unread(self, one: "_One", outcome: Outcome, reason: str | None) -> Result:
        """A page that gave no article ends so, unless what was announced of it is enough to land."""
        entry = one.due.entry
        # A headline is enough when reading failed. A page that was read and holds no text would end there, so that a
        # feed's summary is landed instead; not a bare headline, which a menu's link to "Mines" has too. A blocked page
        # is neither: it shows in the source's health and is asked for again.
        enough = {Outcome.FAILED: entry.title, Outcome.NOT_ARTICLE: entry.title and entry.summary}
        if enough.get(outcome):
            article = _announced(entry, one.source)
            match = self._match(article)
            if match.relevant:
                return self._judge(one, article, match)
        return self._settle(one, outcome, reason)

    def _judge(self, one: "_One", article: Article, match: Match) -> Result:
        if self._before_range(one, article):
            return self._settle(one, Outcome.TOO_OLD, "by the date on the page", published_at=article.published_at)
        if not match.relevant:
            reason = f"score {match.score:g}" if match.matches or match.rejected else "no term of the lexicon"
            return self._settle(one, Outcome.IRRELEVANT, reason, match=match)
        story = _story(one, article, match)
        own = urlkey.key(one.due.entry.url, mirrors=urlkey.mirrors(one.source))
        for _ in range(3):
            known = articles.known(self._ledger, url_keys=story.url_keys, text_key=story.text_key)
            verdict = judge(
                known,
                Candidate(
                    source=one.source.id,
                    title=article.title,
                    text=story.text,
                    text_key=story.text_key,
                    url_key=own,
                    partial=article.partial,
                ),
            )
            if verdict.sameness is not Sameness.NEW:
                return self._known(one, story, verdict)
            landing = articles.land(
                self._ledger,
                run=one.run,
                url_id=one.due.url_id,
                story=story,
                label=lambda number: _label(number, one.source, story),
                now=one.now,
                judged=[article.name for article in known],
                retry_at=one.retry_at if article.partial else None,
            )
            if landing is not None:
                self._put(landing, one.now)
                return Result(outcome=Outcome.QUEUED, reason="partial" if article.partial else None, name=landing.name)
        raise LedgerError(f"{one.due.entry.url}: other processes land the same story again and again; run again")

    def _known(self, one: "_One", story: Story, verdict: Verdict) -> Result:
        name = verdict.name or ""
        if verdict.sameness is Sameness.UPDATED:
            articles.revise(
                self._ledger,
                run=one.run,
                url_id=one.due.url_id,
                name=name,
                story=story,
                now=one.now,
                reason=verdict.reason,
            )
            return Result(outcome=Outcome.UPDATED, reason=verdict.reason, name=name)
        amended = articles.duplicate(
            self._ledger,
            run=one.run,
            url_id=one.due.url_id,
            name=name,
            now=one.now,
            reason=verdict.reason,
            url_keys=story.url_keys,
            retry_at=one.retry_at if story.article.partial else None,
        )
        if amended is not None:
            self._queue.amend(name, amended.sidecar)
        return Result(outcome=Outcome.DUPLICATE, reason=verdict.reason, name=name)

    def _put(self, landing: Landing, now: datetime) -> None:
        self._queue.put(landing.name, landing.text, landing.sidecar)
        articles.landed(self._ledger, number=landing.number, now=now)

    def _settle(self, one: "_One", outcome: Outcome, reason: str | None, **facts: Any) -> Result:
        outcomes.settle(
            self._ledger,
            run=one.run,
            url_id=one.due.url_id,
            outcome=outcome,
            now=one.now,
            reason=reason,
            fetched=True,
            **facts,
        )
        return Result(outcome=outcome, reason=reason)

    def _before_range(self, one: "_One", article: Article) -> bool:
        """Whether a page that was announced without a date says itself, and surely, that it is older than asked for."""
        if one.due.entry.published_at is not None or article.date_evidence not in _SURE:
            return False
        since = runs.since(self._ledger, one.run)
        return since is not None and article.published_at is not None and article.published_at < since

    def _match(self, article: Article) -> Match:
        return self._matcher.match(title=article.title, paragraphs=article.paragraphs, language=article.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """The URL that is being judged."""

    run: int
    source: Source
    due: Due
    now: datetime

    @property
    def retry_at(self) -> datetime | None:
        """When a page that could not be read is read again."""
        wait = outcomes.backoff(self.due.attempts + 1)
        return self.now + wait if wait else None


def _announced(entry: Entry, source: Source) -> Article:
    """What a channel said of an article, as far as an article that is."""
    title = line(entry.title or "")
    summary = line(entry.summary or "")
    return Article(
        url=entry.url,
        title=title,
        paragraphs=(summary,) if summary and summary != title else (),
        authors=(entry.author,) if entry.author else (),
        published_at=entry.published_at,
        date_evidence="feed" if entry.published_at else None,
        # A headline is too short to tell Azerbaijani from Turkish; an outlet of one language tells it.
        language=entry.language or (source.languages[0] if len(source.languages) == 1 else None),
        partial=True,
    )


def _story(one: _One, article: Article, match: Match) -> Story:
    if article.published_at is None and one.due.entry.published_at is not None:
        article = replace(article, published_at=one.due.entry.published_at, date_evidence="feed")
    text = textfile.dump(article)
    return Story(
        source=one.source.id,
        article=article,
        match=match,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text_key=fingerprint.text_key(article.title, article.paragraphs),
        url_keys=_url_keys(one, article),
        discovered_at=one.due.discovered_at,
        fetched_at=one.now,
    )


def _url_keys(one: _One, article: Article) -> frozenset[str]:
    """What the article is known by: the announced address, and as hints those after redirects and that the page claims.

    A feed's guid is a hint too: it stays when an edited headline changes the address. Hints only lead to articles that
    the texts are compared with, since careless sites give many pages the same one.
    """
    twins = urlkey.mirrors(one.source)
    own = urlkey.key(one.due.entry.url, mirrors=twins)
    hints = {urlkey.key(url, mirrors=twins) for url in (article.url, article.canonical_url) if url}
    # A home page is nobody's address: dead pages redirect to it, and careless ones claim it.
    guid = {f"guid {one.source.id} {one.due.entry.guid}"} if one.due.entry.guid else set()
    return frozenset({own} | {key for key in hints if "/" in key} | guid)


def _label(number: int, source: Source, story: Story) -> tuple[str, Mapping[str, Any]]:
    """Name and sidecar of the article with this number."""
    article, name = story.article, textfile.name(number, story.text)
    return name, {
        "schema": "monitor.article/1",
        "name": name,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": source.id,
        "source_name": source.name,
        "title": article.title,
        "author": article.author,
        "published_at": _stamp(article.published_at),
        "discovered_at": _stamp(story.discovered_at),
        "fetched_at": _stamp(story.fetched_at),
        "language": article.language or story.match.language,
        "sha256": story.sha256,
        "partial": article.partial,
        "relevance": {
            "score": story.match.score,
            "category": story.match.category,
            "matches": [
                {"term": hit.term, "form": hit.form, "weight": hit.weight, "sentence": hit.sentence}
                for hit in story.match.matches
            ],
        },
        "duplicates": [],
        "incident": None,
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
