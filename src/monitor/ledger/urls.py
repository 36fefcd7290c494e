"""Every URL that was ever announced, and which are due; `outcomes` tells where each has ended.

The rules of order, all kept by the database and not by the program:

1. What a document announces is written before its validators, in the same transaction: a server that afterwards says
   "not changed" can never hide an entry.
2. A key is recorded once; who announces it again discovers nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.ledger import channels, outcomes
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Entry, Outcome, Source, Validators
from monitor.sameness import urlkey

REREADS = 3
"""How often a URL is read again because its announced headline changed; some feeds put counters into headlines."""

# A headline that changes may turn "Blast in …" into "Landmine blast in …", or correct a story that we hold.
_REREAD = (*outcomes.LANDED, Outcome.IRRELEVANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one document announced: new and reopened URLs will be due, known and too old ones will not."""

    new: int = 0
    known: int = 0
    reopened: int = 0
    too_old: int = 0
    """New, but outside the range that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A URL that is to be fetched, with what its channel said of it."""

    url_id: int
    entry: Entry
    discovered_at: datetime
    attempts: int = 0
    channel: str | None = None


def discover(
    ledger: Ledger,
    *,
    run: int,
    source: Source,
    channel: str,
    entries: Iterable[Entry],
    now: datetime,
    document: str | None = None,
    validators: Validators | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Found:
    """Every entry is recorded, and with it, in one transaction, the validators of the document that announced it.

    `document` is the address that the validators belong to when it is not the channel's own (a sitemap below an index).
    Entries whose date lies before `since` or after `until` end as too-old; undated ones are taken.
    """
    fresh: dict[str, Entry] = {}
    twins = urlkey.mirrors(source)
    for entry in entries:
        fresh.setdefault(urlkey.key(entry.url, mirrors=twins), entry)
    span = _Span(since, until)
    with ledger.write() as connection:
        known = _known(connection, fresh)
        rows = [
            _row(key, entry, run=run, source=source.id, channel=channel, span=span, now=now)
            for key, entry in fresh.items()
            if key not in known
        ]
        new = _insert(ledger, connection, rows, run=run, now=now)
        reopened = [
            row.id
            for key, row in known.items()
            if _take_up(connection, row, fresh[key], source=source.id, channel=channel, span=span)
        ]
        outcomes.sight(ledger, connection, reopened, run=run, source=source.id, now=now)
        if validators is not None:
            channels.remember(
                ledger, connection, source=source.id, url=document or channel, validators=validators, now=now
            )
    old = sum(outcome is Outcome.TOO_OLD for outcome in new)
    return Found(new=len(new) - old, known=len(fresh) - len(new) - len(reopened), reopened=len(reopened), too_old=old)


def due(
    ledger: Ledger,
    *,
    run: int,
    source: str,
    limit: int,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Due, ...]:
    """What is to be fetched from the source now, newest first: pending, or due for another try; all count as sighted.

    Too-old URLs that a given `since` now reaches are pending again. What was in range once stays due whatever `since`
    says later, else a site that was down for longer than the range would lose its articles.
    """
    c = t.url.c
    with ledger.write() as connection:
        if since is not None:
            connection.execute(
                sa.update(t.url)
                .where(c.source == source, c.outcome == Outcome.TOO_OLD, c.published_at >= since)
                .where(c.published_at <= until if until is not None else sa.true())
                .values(outcome=Outcome.PENDING, reason=None)
            )
        rows = connection.execute(
            sa.select(t.url)
            .where(_is_due(source, now))
            .order_by(sa.func.coalesce(c.published_at, c.discovered_at).desc(), c.id.desc())
            .limit(limit)
        ).all()
        outcomes.sight(ledger, connection, [row.id for row in rows], run=run, source=source, now=now)
    return tuple(_due(row) for row in rows)


def waiting(ledger: Ledger, *, source: str, now: datetime) -> int:
    """The number of URLs of the source that `due` would give without a limit."""
    with ledger.read() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(t.url).where(_is_due(source, now))
        ).scalar_one()


def record(ledger: Ledger, *, run: int, source: Source, entry: Entry, now: datetime) -> Due:
    """The URL is known and due in this run, whatever became of it before: for articles that are handed in."""
    key = urlkey.key(entry.url, mirrors=urlkey.mirrors(source))
    with ledger.write() as connection:
        row = _row(key, entry, run=run, source=source.id, channel=None, span=_Span(None, None), now=now)
        if not _insert(ledger, connection, [row], run=run, now=now):
            found = connection.execute(sa.select(t.url).where(t.url.c.key == key).with_for_update()).one()
            if found.outcome not in outcomes.LANDED:
                connection.execute(
                    sa.update(t.url)
                    .where(t.url.c.id == found.id)
                    .values(outcome=Outcome.PENDING, reason=None, article=None, **_said(entry, found))
                )
            outcomes.sight(ledger, connection, [found.id], run=run, source=found.source, now=now)
        return _due(connection.execute(sa.select(t.url).where(t.url.c.key == key)).one())


@dataclass(frozen=True, slots=True)
class _Span:
    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime | None) -> bool:
        """Whether the moment lies in the span; an unknown moment does."""
        return at is None or ((self.since is None or at >= self.since) and (self.until is None or at <= self.until))

    def refusal(self, at: datetime | None) -> str:
        return (
            f"before {self.since:%Y-%m-%d %H:%M} UTC"
            if self.since and at and at < self.since
            else (f"after {self.until:%Y-%m-%d %H:%M} UTC")
        )


def _is_due(source: str, now: datetime) -> sa.ColumnElement[bool]:
    c = t.url.c
    # The outcomes are named so that an index leads past the many URLs that are done with.
    return sa.and_(
        c.source == source,
        c.outcome.in_([*outcomes.OPEN, *outcomes.LANDED]),
        sa.or_(c.outcome == Outcome.PENDING, c.retry_at <= now),
    )


def _known(connection: sa.Connection, keys: Iterable[str]) -> dict[str, Any]:
    return {
        row.key: row
        for part in _parts(list(keys))
        for row in connection.execute(sa.select(t.url).where(t.url.c.key.in_(part)))
    }


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    # Below the smallest limit of bound parameters of any database.
    for start in range(0, len(items), 500):
        yield items[start : start + 500]


def _row(
    key: str, entry: Entry, *, run: int, source: str, channel: str | None, span: _Span, now: datetime
) -> Mapping[str, Any]:
    inside = span.holds(entry.published_at)
    return {
        "key": key,
        "source": source,
        "channel": channel,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "author": entry.author,
        "language": entry.language,
        "guid": entry.guid,
        "published_at": entry.published_at,
        "discovered_at": now,
        "discovered_run": run,
        "outcome": Outcome.PENDING if inside else Outcome.TOO_OLD,
        "reason": None if inside else span.refusal(entry.published_at),
    }


def _insert(
    ledger: Ledger, connection: sa.Connection, rows: Sequence[Mapping[str, Any]], *, run: int, now: datetime
) -> list[Outcome]:
    """The rows are recorded and sighted, save those that another process was quicker with."""
    if not rows:
        return []
    made = connection.execute(
        ledger.insert(t.url)
        .on_conflict_do_nothing(index_elements=[t.url.c.key])
        .returning(t.url.c.id, t.url.c.source, t.url.c.outcome, t.url.c.reason),
        rows,
    ).all()
    if made:
        connection.execute(
            sa.insert(t.sighting),
            [
                {"run": run, "url": r.id, "source": r.source, "outcome": r.outcome, "reason": r.reason, "at": now}
                for r in made
            ],
        )
    return [Outcome(r.outcome) for r in made]


def _take_up(connection: sa.Connection, row: Any, entry: Entry, *, source: str, channel: str, span: _Span) -> bool:
    """A known URL is due again if what is announced now gives a reason."""
    values: dict[str, Any] = {}
    if row.outcome == Outcome.TOO_OLD and row.source == source and span.holds(entry.published_at or row.published_at):
        values = {"outcome": Outcome.PENDING, "reason": None}
    elif row.outcome in _REREAD and _retitled(row, entry, channel) and row.rereads < REREADS:
        values = {"rereads": row.rereads + 1, "retry_at": row.discovered_at}
        if row.outcome == Outcome.IRRELEVANT:
            values = {"rereads": row.rereads + 1, "outcome": Outcome.PENDING, "reason": None}
    elif row.outcome not in outcomes.OPEN:
        return False
    said = _said(entry, row)
    if values or said:
        connection.execute(sa.update(t.url).where(t.url.c.id == row.id).values(**values, **said))
    return bool(values)


def _retitled(row: Any, entry: Entry, channel: str) -> bool:
    # Only the channel that gave the first headline can change it: a feed and a sitemap often word it differently.
    return (
        row.channel == channel
        and entry.title is not None
        and row.title is not None
        and entry.title.casefold() != row.title.casefold()
    )


def _said(entry: Entry, row: Any) -> dict[str, Any]:
    """What this announcement tells that the ledger does not hold yet."""
    values = {
        name: getattr(entry, name)
        for name in ("title", "summary", "author", "language", "guid", "published_at")
        if getattr(entry, name) is not None and getattr(row, name) is None
    }
    if entry.title is not None and row.title is not None and entry.title.casefold() != row.title.casefold():
        values["title"] = entry.title
    return values


def _due(row: Any) -> Due:
    return Due(
        url_id=row.id,
        entry=Entry(
            url=row.url,
            title=row.title,
            summary=row.summary,
            published_at=row.published_at,
            author=row.author,
            language=row.language,
            guid=row.guid,
        ),
        discovered_at=row.discovered_at,
        attempts=row.attempts,
        channel=row.channel,
    )
