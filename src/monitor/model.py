"""The values that flow: Source → Channel → Entry → Page → Article → Match → Outcome.

All are frozen. Times are aware UTC; text is NFC and free of control characters; a missing fact is None, never "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """Where a discovered URL has ended; every URL is in exactly one of them."""

    QUEUED = "queued"
    DUPLICATE = "duplicate"
    UPDATED = "updated"
    IRRELEVANT = "irrelevant"
    TOO_OLD = "too-old"
    NOT_ARTICLE = "not-article"
    BLOCKED = "blocked"
    FAILED = "failed"
    PENDING = "pending"


class ChannelKind(StrEnum):
    """How a channel announces articles."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address of a source that announces articles."""

    url: str
    kind: ChannelKind
    language: str | None = None
    enabled: bool = True
    evidence: str | None = None
    links: str | None = None
    """CSS selector of the article links (listings only)."""
    next: str | None = None
    """CSS selector of the link to the next page (listings only)."""
    render: bool = False
    """Its links stand there only once scripts have run (listings only)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One outlet: a place that is visited."""

    id: str
    name: str
    country: str
    """ISO 3166-1 alpha-2, or INT."""
    languages: tuple[str, ...]
    """ISO 639-1, the outlet's main language first."""
    timezone: str
    channels: tuple[Channel, ...]
    article_pattern: str | None = None
    every: timedelta = timedelta(minutes=30)
    credit: str | None = None
    strip: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    encoding: str | None = None
    spider: str | None = None
    """Name of the spider in spiders/ that visits this source instead of the general one."""
    render: bool = False
    """Its articles stand in their pages only once scripts have run."""
    evidence: tuple[str, ...] = ()
    notes: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a channel announces: an address and what is said of it there."""

    url: str
    title: str | None = None
    summary: str | None = None
    published_at: datetime | None = None
    author: str | None = None
    language: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes that an address answered with."""

    url: str
    """The address after redirects."""
    body: bytes
    content_type: str = ""
    """The Content-Type header as sent, "" when there was none."""
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says, without its chrome."""

    url: str
    title: str
    paragraphs: tuple[str, ...]
    canonical_url: str | None = None
    authors: tuple[str, ...] = ()
    credit: str | None = None
    """The outlet's own closing line, when the page closes with it."""
    published_at: datetime | None = None
    date_evidence: str | None = None
    """Where published_at was read: jsonld, meta, time, url, text, feed."""
    language: str | None = None
    partial: bool = False
    """True when only what the channel announced is known (title, summary)."""

    @property
    def author(self) -> str | None:
        """All authors as one line, or None."""
        return ", ".join(self.authors) or None

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A moment that a page, or what announced it, gives for the publication of its article."""

    evidence: str
    """Where it was read: jsonld, meta, time, url, feed, text, search."""
    at: datetime
    chosen: bool = False
    """It is where published_at was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One term found in a text: counted towards the score, or masked by a negative."""

    term: str
    """Id of the term or rule in the lexicon, for example "ru:mina"."""
    form: str
    """The words as they stand in the text."""
    weight: float
    sentence: str
    """The sentence of the original text that holds the form."""
    language: str
    kind: str
    """The term's class: object, event, clearance, uxo, cluster, …, or "negative"."""
    reason: str | None = None
    """For a hit that was not counted: what masked it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whether a text is about landmines, and why."""

    relevant: bool
    score: float
    category: str | None
    """incident, clearance, victim-statistics, policy, risk-education, court, aid, naval, ied, other; None: refused."""
    language: str | None
    matches: tuple[Hit, ...] = ()
    rejected: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" next time."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256 of the body: a 200 with the same bytes has nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """What one channel gave in one visit."""

    url: str
    kind: ChannelKind
    status: str
    """ok, not-modified, empty, blocked, failed, skipped, with the reason after a colon where there is one."""
    entries: int = 0
    covered_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReport:
    """What one visit to one source gave; discovered is the sum of the outcomes."""

    source: str
    status: str
    """ok, failed, blocked, skipped."""
    channels: tuple[ChannelReport, ...] = ()
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    complete: bool = False
    covered_from: datetime | None = None
    note: str | None = None

    @property
    def discovered(self) -> int:
        """Number of URLs that this visit handled."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visiting:
    """A visit has begun."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A URL has ended in an outcome."""

    source: str
    url: str
    outcome: Outcome
    reason: str | None = None
    name: str | None = None
    """The queue file's name, when one was made."""


Progress = Visiting | Settled | VisitReport
"""What a crawl tells while it runs; a VisitReport ends the visit of its source."""
