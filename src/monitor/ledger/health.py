"""What the history of polls says about each source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.health.rhythm import Arrival
from monitor.health.verdict import Health, Poll, judge, outages, overflowed
from monitor.ledger import channels
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Outcome, Source

_RECENT = 60
"""Visits of a source that are looked at closely, and as many of those before in which pages were read."""
_ARRIVALS = 1500
_MEMORY = timedelta(days=400)
_READ = (Outcome.QUEUED, Outcome.DUPLICATE, Outcome.UPDATED, Outcome.NOT_ARTICLE)


def healths(ledger: Ledger, sources: Iterable[Source], *, now: datetime) -> dict[str, Health]:
    """The health of each source, judged on what is known at `now`."""
    with ledger.read() as connection:
        recent = _recent(connection, now)
        arrivals = _arrivals(connection, now)
    down = outages((source, poll) for source, polls in recent.items() for poll in polls)
    remarks: dict[str, list[str]] = {}
    for name, remark in _remarks(ledger):
        remarks.setdefault(name, []).append(remark)

    def one(source: Source) -> Health:
        found = judge(
            recent.get(source.id, ()),
            arrivals=arrivals.get(source.id, ()),
            zone=source.timezone,
            now=now,
            outages=down,
        )
        notes = [*([found.note] if found.note else []), *remarks.get(source.id, ())]
        return replace(found, note="; ".join(notes) or None)

    return {source.id: one(source) for source in sources}


def _remarks(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """(source, what a person should do about one of its channels)."""
    for source, url in channels.remarkable(ledger):
        if moved := channels.moved(ledger, source=source, url=url):
            yield source, f"{url} has moved to {moved.moved_to} for good: change it in the catalogue"
        if gone := channels.gone(ledger, source=source, url=url):
            yield source, f"{url} has been gone (410) since {gone.since:%Y-%m-%d}: look for a new address"


def _recent(connection: sa.Connection, now: datetime) -> dict[str, list[Poll]]:
    """The last visits of every source, each as one poll of all its channels, the oldest first."""
    p = t.poll.c
    newest = sa.func.max(p.at).label("at")
    rank = sa.func.row_number().over(partition_by=p.source, order_by=newest.desc()).label("rank")
    visits = sa.select(p.run, p.source, newest, rank).where(p.at <= now).group_by(p.run, p.source).subquery()
    wanted = sa.union(
        sa.select(visits.c.run, visits.c.source).where(visits.c.rank <= _RECENT), _readings(now)
    ).subquery()
    polls = connection.execute(
        sa.select(t.poll)
        .join(wanted, sa.and_(wanted.c.run == p.run, wanted.c.source == p.source))
        .order_by(p.source, p.at, p.id)
    )
    grouped: dict[tuple[str, int], list[Any]] = {}
    looked_at: set[tuple[str, str]] = set()
    overflows: set[tuple[str, int]] = set()
    for row in polls:
        grouped.setdefault((row.source, row.run), []).append(row)
        # The first look knows nothing, so everything in it is new and says nothing about a loss.
        if (row.source, row.channel) in looked_at and overflowed(entries=row.entries, new=row.new):
            overflows.add((row.source, row.run))
        if row.status.startswith(("ok", "not-modified")):
            looked_at.add((row.source, row.channel))
    reads = _reads(connection, wanted)
    found: dict[str, list[Poll]] = {}
    for (source, run), rows in grouped.items():
        poll = _poll(rows, reads.get((source, run), (0, 0)))
        found.setdefault(source, []).append(replace(poll, overflowed=(source, run) in overflows))
    return found


def _readings(now: datetime) -> sa.Select[Any]:
    """The last visits of every source in which pages were read: of a weekly paper few of the latest are among them."""
    s, u = t.sighting.c, t.url.c
    newest = sa.func.max(s.at)
    rank = sa.func.row_number().over(partition_by=s.source, order_by=newest.desc()).label("rank")
    visits = (
        sa.select(s.run, s.source, rank)
        .join(t.url, u.id == s.url)
        .where(u.fetched_at.is_not(None), s.outcome.in_(_READ), s.at <= now, s.at > now - _MEMORY)
        .group_by(s.run, s.source)
        .subquery()
    )
    return sa.select(visits.c.run, visits.c.source).where(visits.c.rank <= _RECENT)


def _reads(connection: sa.Connection, wanted: sa.Subquery) -> Mapping[tuple[str, int], tuple[int, int]]:
    """(pages that were read, those among them that gave no article) of each visit."""
    s, u = t.sighting.c, t.url.c
    none = sa.func.sum(sa.case((s.outcome == Outcome.NOT_ARTICLE, 1), else_=0))
    rows = connection.execute(
        sa.select(s.source, s.run, sa.func.count(), none)
        .join(t.url, u.id == s.url)
        .join(wanted, sa.and_(wanted.c.run == s.run, wanted.c.source == s.source))
        .where(u.fetched_at.is_not(None), sa.or_(s.outcome.in_(_READ), u.match.is_not(None)))
        .group_by(s.source, s.run)
    )
    return {(row.source, row.run): (row[2], int(row[3])) for row in rows}


def _arrivals(connection: sa.Connection, now: datetime) -> dict[str, list[Arrival]]:
    p = t.poll.c
    looks = (
        sa.select(p.source, sa.func.max(p.at).label("at"), sa.func.max(p.new).label("new"))
        .where(p.at <= now, p.at > now - _MEMORY, p.status.not_like("failed%"), p.status.not_like("blocked%"))
        .group_by(p.source, p.run)
        .subquery()
    )
    before = (
        sa.func.lag(looks.c.at, type_=t.Instant())
        .over(partition_by=looks.c.source, order_by=looks.c.at)
        .label("looked_at")
    )
    rows = sa.select(looks, before).subquery()
    rank = sa.func.row_number().over(partition_by=rows.c.source, order_by=rows.c.at.desc()).label("rank")
    ranked = sa.select(rows, rank).where(rows.c.new > 0).subquery()
    found: dict[str, list[Arrival]] = {}
    for row in connection.execute(
        sa.select(ranked.c.source, ranked.c.at, ranked.c.looked_at)
        .where(ranked.c.rank <= _ARRIVALS)
        .order_by(ranked.c.at)
    ):
        found.setdefault(row.source, []).append(Arrival(at=row.at, looked_at=row.looked_at))
    return found


def _poll(rows: list[Any], reads: tuple[int, int]) -> Poll:
    words = [row.status.partition(":")[0] for row in rows]
    status = next((word for word in ("ok", "not-modified", "empty", "blocked") if word in words), "failed")
    reasons = [row.status.partition(":")[2].strip() for row in rows if not row.status.startswith(("ok", "not-mod"))]
    return Poll(
        at=rows[-1].at,
        status=status,
        entries=sum(row.entries for row in rows),
        new=sum(row.new for row in rows),
        undated=sum(row.undated for row in rows),
        newest_at=max((row.newest_at for row in rows if row.newest_at), default=None),
        read=reads[0],
        not_articles=reads[1],
        reason=next(filter(None, reasons), None),
    )
