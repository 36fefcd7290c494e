"""What is known of each channel: the validators of its documents, and the history of its polls."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import ChannelKind, ChannelReport, Validators

HISTORY = 50
"""How many polls of a channel `state` looks back."""
_DAYS = 3
"""On so many days must a channel be gone, or moved to the same address, before it is believed."""
_ANSWERED = ("ok", "not-modified", "empty")


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
    def answered(self) -> Poll | None:
        """The latest poll that was answered with what was asked for."""
        return next((poll for poll in self.polls if poll.status.startswith(_ANSWERED)), None)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """What a channel has answered on several days and nothing else."""

    since: datetime
    until: datetime
    """The latest such poll."""
    moved_to: str | None = None


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
    moved_to: str | None = None,
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
                moved_to=moved_to,
            )
        )


def gone(ledger: Ledger, *, source: str, url: str) -> Lasting | None:
    """Since when the channel has said on three days that it is gone (410), with no other answer in between."""
    p = t.poll.c
    with ledger.read() as connection:
        return _lasting(connection, source, url, same=p.status.like("failed: HTTP 410%"))


def moved(ledger: Ledger, *, source: str, url: str) -> Lasting | None:
    """Where the channel's permanent redirects have led on three days, always to the same address."""
    p = t.poll.c
    with ledger.read() as connection:
        to = connection.execute(
            sa.select(p.moved_to)
            .where(p.source == source, p.channel == url, sa.or_(*map(p.status.startswith, _ANSWERED)))
            .order_by(p.at.desc(), p.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        return _lasting(connection, source, url, same=p.moved_to == to, moved_to=to) if to else None


def remarkable(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """(source, address) of the channels that were ever gone or moved."""
    p = t.poll.c
    with ledger.read() as connection:
        found = connection.execute(
            sa.select(p.source, p.channel)
            .where(sa.or_(p.moved_to.is_not(None), p.status.like("failed: HTTP 410%")))
            .distinct()
            .order_by(p.source, p.channel)
        ).all()
    return tuple((row.source, row.channel) for row in found)


def _lasting(
    connection: sa.Connection, source: str, url: str, *, same: sa.ColumnElement[bool], moved_to: str | None = None
) -> Lasting | None:
    p = t.poll.c
    mine = sa.and_(p.source == source, p.channel == url)
    # A poll that was not answered at all says neither.
    other = sa.select(sa.func.max(p.at)).where(
        mine, sa.or_(*map(p.status.startswith, _ANSWERED)), sa.func.coalesce(same, sa.false()).is_(sa.false())
    )
    last = connection.execute(other).scalar_one()
    at = list(
        connection.execute(
            sa.select(p.at).where(mine, same, p.at > last if last else sa.true()).order_by(p.at)
        ).scalars()
    )
    if len({moment.date() for moment in at}) < _DAYS:
        return None
    return Lasting(since=at[0], until=at[-1], moved_to=moved_to)


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
