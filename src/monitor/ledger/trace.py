"""The whole way of one URL: where it was announced, what each run made of it, and where it has ended."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from monitor.ledger import matches
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Claim, Match, Outcome
from monitor.sameness import urlkey

_BEFORE_READING = ("address", "robots", "fetch")
_DATED_AFTER = "relevance"
"""A page that was announced without a date tells its own once it is read."""
_NAME = re.compile(r"(?:.*/)?(\d{3,}_[0-9a-f]{16})(?:\.txt|\.json)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one run made of the URL."""

    run: int
    kind: str
    at: datetime
    outcome: Outcome
    reason: str | None
    answers: str | None = None
    """What the server said, where it said more than one thing: to a second try, or on the way to another address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one stage of the way said."""

    name: str
    """date, address, robots, fetch, prefilter, extraction, relevance, sameness, landing."""
    passed: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A later text of the article, which the queue was not told."""

    at: datetime
    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another URL that told the same story."""

    url: str
    source: str
    discovered_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """The article that the URL belongs to."""

    name: str
    state: str
    """pending or landed."""
    landed_at: datetime | None
    sha256: str
    source: str
    url: str
    canonical_url: str | None
    title: str
    author: str | None
    published_at: datetime | None
    date_evidence: str | None
    language: str | None
    partial: bool
    match: Match
    copies: tuple[Copy, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that the ledger knows of one URL."""

    url: str
    key: str
    source: str
    channel: str | None
    """Where it was announced first; None: it was handed in."""
    title: str | None
    summary: str | None
    published_at: datetime | None
    """As announced, or as the page said when the channel did not."""
    discovered_at: datetime
    fetched_at: datetime | None
    outcome: Outcome
    reason: str | None
    attempts: int
    retry_at: datetime | None
    match: Match | None
    """Why a text that was read was refused; of a landed one it stands with the article."""
    claims: tuple[Claim, ...]
    """The moments of publication that were to choose from, the surest first; of a page that was never read, what was
    announced."""
    steps: tuple[Step, ...]
    article: Landed | None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What each stage of the way said of it the last time, up to the one that it did not pass."""
        stopped = self._stopped
        end = [Stage(name=stopped, passed=False, says=self.reason or "")] if stopped else []
        if self.outcome is Outcome.PENDING or stopped in _BEFORE_READING or self.fetched_at is None:
            return tuple(end)
        partial = self.article is not None and self.article.partial
        said = {
            "fetch": "answered",
            "prefilter": "let through",
            "extraction": "only what was announced" if partial else "an article",
            "relevance": "relevant",
            "sameness": "not told before",
        }
        if self.channel is None:
            del said["fetch"]
        names = list(takewhile(lambda name: name != (_DATED_AFTER if stopped == "date" else stopped), said))
        passed = [Stage(name=name, passed=True, says=said[name]) for name in names]
        if stopped is None and self.article is not None:
            end = [Stage(name="landing", passed=self.article.landed_at is not None, says=self.article.state)]
        return (*passed, *end)

    @property
    def _stopped(self) -> str | None:
        """The stage that it did not pass."""
        if self.outcome in (Outcome.BLOCKED, Outcome.FAILED):
            return "robots" if (self.reason or "").startswith("robots.txt") else "fetch"
        if self.outcome is Outcome.NOT_ARTICLE:
            return "extraction" if self.fetched_at else "address"
        if self.outcome is Outcome.IRRELEVANT:
            # Only what the prefilter refused was never matched.
            return "relevance" if self.match else "prefilter"
        known = {Outcome.TOO_OLD: "date", Outcome.DUPLICATE: "sameness", Outcome.UPDATED: "sameness"}
        return known.get(self.outcome)


def find(ledger: Ledger, what: str, *, mirrors: Mapping[str, str] | None = None) -> Trace | None:
    """The way of a URL, or of the article with this queue name; None when the ledger knows nothing of it.

    A URL is found under any of its spellings, and under an address that only the page itself named.
    """
    with ledger.read() as connection:
        row = _by_name(connection, what) or _by_url(connection, what, mirrors)
        return None if row is None else _trace(connection, row)


def _by_name(connection: sa.Connection, what: str) -> Any:
    found = _NAME.fullmatch(what.strip())
    if found is None:
        return None
    number = connection.execute(
        sa.select(t.article.c.number).where(t.article.c.name == f"{found[1]}.txt")
    ).scalar_one_or_none()
    return None if number is None else _first_of(connection, number)


def _by_url(connection: sa.Connection, what: str, mirrors: Mapping[str, str] | None) -> Any:
    key = urlkey.key(what, mirrors=mirrors)
    row = connection.execute(sa.select(t.url).where(sa.or_(t.url.c.key == key, t.url.c.url == what))).first()
    if row is not None:
        return row
    k = t.article_key.c
    number = connection.execute(sa.select(k.article).where(k.kind == "url", k.value == key)).scalar_one_or_none()
    return None if number is None else _first_of(connection, number)


def _first_of(connection: sa.Connection, number: int) -> Any:
    """The URL that brought the article."""
    return connection.execute(
        sa.select(t.url)
        .where(t.url.c.article == number)
        .order_by(t.url.c.outcome.not_in([Outcome.QUEUED, Outcome.UPDATED]), t.url.c.id)
    ).first()


def _trace(connection: sa.Connection, row: Any) -> Trace:
    s, r = t.sighting.c, t.run.c
    steps = connection.execute(
        sa.select(s.run, r.kind, s.at, s.outcome, s.reason, s.answers)
        .join(t.run, r.id == s.run)
        .where(s.url == row.id)
        .order_by(s.run)
    ).all()
    names = ("url", "key", "source", "channel", "title", "summary", "published_at", "discovered_at", "fetched_at",
             "reason", "attempts", "retry_at")  # fmt: skip
    return Trace(
        **{name: getattr(row, name) for name in names},
        outcome=Outcome(row.outcome),
        match=matches.load(row.match) if row.match else None,
        claims=_claims(row),
        steps=tuple(
            Step(
                run=step.run,
                kind=step.kind,
                at=step.at,
                outcome=Outcome(step.outcome),
                reason=step.reason,
                answers=step.answers,
            )
            for step in steps
        ),
        article=None if row.article is None else _landed(connection, row.article),
    )


def _claims(row: Any) -> tuple[Claim, ...]:
    if row.claims is None:
        return () if row.published_at is None else (Claim(evidence="feed", at=row.published_at, chosen=True),)
    return tuple(
        Claim(evidence=told["evidence"], at=datetime.fromisoformat(told["at"]), chosen=told["chosen"])
        for told in row.claims
    )


def _landed(connection: sa.Connection, number: int) -> Landed:
    u, v = t.url.c, t.revision.c
    article = connection.execute(sa.select(t.article).where(t.article.c.number == number)).one()
    copies = connection.execute(
        sa.select(u.url, u.source, u.discovered_at, u.reason)
        .where(u.article == number, u.outcome == Outcome.DUPLICATE)
        .order_by(u.id)
    ).all()
    versions = connection.execute(
        sa.select(v.at, v.url, v.title, v.text).where(v.article == number).order_by(v.id)
    ).all()
    names = ("name", "state", "landed_at", "sha256", "source", "url", "canonical_url", "title", "author",
             "published_at", "date_evidence", "language", "partial")  # fmt: skip
    return Landed(
        **{name: getattr(article, name) for name in names},
        match=matches.load(article.match),
        copies=tuple(Copy(**copy._mapping) for copy in copies),  # noqa: SLF001 - SQLAlchemy's public name
        versions=tuple(Version(**version._mapping) for version in versions),  # noqa: SLF001 - the same
    )
