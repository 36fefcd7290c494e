"""What is known of each channel: the validators of its documents, and the history of its polls."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import ChannelKind, ChannelReport, Validators

HISTORY = 50
"""How many polls of a channel `state` looks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One look at one channel."""

    run: int
    at: datetime
    status: str
    entries: int
    new: int
    """Of the entries, those that nobody had announced before."""
    undated: int
    newest_at: datetime | None
    """The date of the newest entry, as far as dates were given."""
    covered_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """What to ask the channel with, and how it has answered so far, newest poll first."""

    validators: Validators
    polls: tuple[Poll, ...] = ()

    @property
    def unchanged(self) -> int:
        """Polls in a row that were answered with "not changed": a server whose validators lie is found by it."""
        for number, poll in enumerate(self.polls):
            if poll.status != "not-modified":
                return number
        return len(self.polls)

    @property
    def failures(self) -> int:
        """Polls in a row that gave nothing usable."""
        for number, poll in enumerate(self.polls):
            if not poll.status.startswith(("failed", "blocked")):
                return number
        return len(self.polls)


def state(ledger: Ledger, *, source: str, url: str) -> ChannelState:
    """What is known of the channel; empty for one that was never polled."""
    return ChannelState(
        validators=validators(ledger, source=source, url=url),
        polls=history(ledger, source=source, url=url, limit=HISTORY),
    )


def validators(ledger: Ledger, *, source: str, url: str) -> Validators:
    """What the server gave us with this document (a channel, or a sitemap below an index) the last time."""
    d = t.document.c
    with ledger.read() as connection:
        row = connection.execute(
            sa.select(d.etag, d.last_modified, d.body_hash).where(d.source == source, d.url == url)
        ).one_or_none()
    return Validators(etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash) if row else Validators()


def documents(ledger: Ledger, *, source: str) -> tuple[str, ...]:
    """The addresses of all documents of the source that were ever read, the latest changed first."""
    d = t.document.c
    with ledger.read() as connection:
        return tuple(connection.execute(sa.select(d.url).where(d.source == source).order_by(d.at.desc())).scalars())


def remember(
    ledger: Ledger, connection: sa.Connection, *, source: str, url: str, validators: Validators, now: datetime
) -> None:
    """The document's validators are kept, within the transaction that records what it announced."""
    insert = ledger.insert(t.document).values(
        source=source,
        url=url,
        etag=validators.etag,
        last_modified=validators.last_modified,
        body_hash=validators.body_hash,
        at=now,
    )
    names = ("etag", "last_modified", "body_hash", "at")
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[t.document.c.source, t.document.c.url],
            set_={name: insert.excluded[name] for name in names},
        )
    )


def forget(ledger: Ledger, *, source: str, url: str) -> None:
    """The next request for the document is unconditional."""
    with ledger.write() as connection:
        connection.execute(sa.delete(t.document).where(t.document.c.source == source, t.document.c.url == url))


def note(
    ledger: Ledger,
    *,
    run: int,
    source: str,
    report: ChannelReport,
    now: datetime,
    new: int = 0,
    undated: int = 0,
    newest_at: datetime | None = None,
) -> None:
    """The poll stands in the channel's history."""
    with ledger.write() as connection:
        connection.execute(
            sa.insert(t.poll).values(
                run=run,
                source=source,
                channel=report.url,
                kind=report.kind,
                at=now,
                status=report.status,
                entries=report.entries,
                new=new,
                undated=undated,
                newest_at=newest_at,
                covered_from=report.covered_from,
            )
        )


def history(ledger: Ledger, *, source: str, url: str, limit: int) -> tuple[Poll, ...]:
    """The latest polls of the channel, newest first."""
    p = t.poll.c
    with ledger.read() as connection:
        rows = connection.execute(
            sa.select(p.run, p.at, p.status, p.entries, p.new, p.undated, p.newest_at, p.covered_from)
            .where(p.source == source, p.channel == url)
            .order_by(p.at.desc(), p.id.desc())
            .limit(limit)
        ).all()
    return tuple(Poll(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name


def of_run(connection: sa.Connection, run: int) -> dict[str, tuple[ChannelReport, ...]]:
    """What each source's channels gave in one run, in the order of polling."""
    p = t.poll.c
    reports: dict[str, tuple[ChannelReport, ...]] = {}
    for row in connection.execute(sa.select(t.poll).where(p.run == run).order_by(p.id)):
        report = ChannelReport(
            url=row.channel,
            kind=ChannelKind(row.kind),
            status=row.status,
            entries=row.entries,
            covered_from=row.covered_from,
        )
        reports[row.source] = (*reports.get(row.source, ()), report)
    return reports
