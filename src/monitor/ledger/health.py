"""What the history of polls says about each source."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.health.verdict import Health, Poll, judge, outages
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Outcome, Source

_RECENT = 60
"""Visits of a source that are looked at closely."""
_ARRIVALS = 1500
_MEMORY = timedelta(days=400)
_READ = (Outcome.QUEUED, Outcome.DUPLICATE, Outcome.UPDATED, Outcome.NOT_ARTICLE)


def healths(ledger: Ledger, sources: Iterable[Source], *, now: datetime) -> dict[str, Health]:
    """The health of each source, judged on what is known at `now`."""
    with ledger.read() as connection:
        recent = _recent(connection, now)
        arrivals = _arrivals(connection, now)
    down = outages((source, poll) for source, polls in recent.items() for poll in polls)
    return {
        source.id: judge(
            recent.get(source.id, ()),
            arrivals=arrivals.get(source.id, ()),
            zone=source.timezone,
            now=now,
            outages=down,
        )
        for source in sources
    }


def _recent(connection: sa.Connection, now: datetime) -> dict[str, list[Poll]]:
    """The last visits of every source, each as one poll of all its channels, the oldest first."""
    p = t.poll.c
    newest = sa.func.max(p.at).label("at")
    rank = sa.func.row_number().over(partition_by=p.source, order_by=newest.desc()).label("rank")
    visits = sa.select(p.run, p.source, newest, rank).where(p.at <= now).group_by(p.run, p.source).subquery()
    wanted = sa.select(visits.c.run, visits.c.source).where(visits.c.rank <= _RECENT).subquery()
    polls = connection.execute(
        sa.select(t.poll)
        .join(wanted, sa.and_(wanted.c.run == p.run, wanted.c.source == p.source))
        .order_by(p.source, p.at, p.id)
    )
    grouped: dict[tuple[str, int], list[Any]] = {}
    for row in polls:
        grouped.setdefault((row.source, row.run), []).append(row)
    reads = _reads(connection, wanted)
    found: dict[str, list[Poll]] = {}
    for (source, run), rows in grouped.items():
        found.setdefault(source, []).append(_poll(rows, reads.get((source, run), (0, 0))))
    return found


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


def _arrivals(connection: sa.Connection, now: datetime) -> dict[str, list[datetime]]:
    p = t.poll.c
    rank = sa.func.row_number().over(partition_by=p.source, order_by=p.at.desc()).label("rank")
    ranked = sa.select(p.source, p.at, rank).where(p.new > 0, p.at <= now, p.at > now - _MEMORY).subquery()
    found: dict[str, list[datetime]] = {}
    for row in connection.execute(
        sa.select(ranked.c.source, ranked.c.at).where(ranked.c.rank <= _ARRIVALS).order_by(ranked.c.at)
    ):
        found.setdefault(row.source, []).append(row.at)
    return found


def _poll(rows: list[Any], reads: tuple[int, int]) -> Poll:
    words = [row.status.partition(":")[0] for row in rows]
    status = next((word for word in ("ok", "not-modified", "empty", "blocked") if word in words), "failed")
    reasons = [row.status.partition(":")[2].strip() for row in rows if row.status.startswith(("failed", "blocked"))]
    return Poll(
        at=rows[-1].at,
        status=status,
        entries=sum(row.entries for row in rows),
        new=sum(row.new for row in rows),
        undated=sum(row.undated for row in rows),
        newest_at=max((row.newest_at for row in rows if row.newest_at), default=None),
        read=reads[0],
        not_articles=reads[1],
        reason=reasons[0] if reasons else None,
    )
