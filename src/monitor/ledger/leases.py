"""Who visits which source now, and when each is due: so that a crawl by hand may run beside the daemon."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How the visits to a source have gone, and when the next one is due."""

    id: str
    holder: str | None = None
    lease_until: datetime | None = None
    visited_at: datetime | None = None
    ok_at: datetime | None = None
    failures: int = 0
    """Visits in a row that went wrong."""
    next_visit_at: datetime | None = None
    not_before: datetime | None = None
    """What the server asked for (Retry-After); nobody asks it anything before."""
    interval: timedelta | None = None
    """The adapted time between two visits."""


def take(ledger: Ledger, *, source: str, holder: str, now: datetime, ttl: timedelta) -> bool:
    """Whether the source is now leased to `holder` until now + ttl; a lease that ran out is taken over.

    Taking one's own lease again renews it.
    """
    s = t.source.c
    insert = ledger.insert(t.source).values(id=source, holder=holder, lease_until=now + ttl)
    free = sa.or_(s.holder.is_(None), s.holder == holder, s.lease_until <= now)
    with ledger.write() as connection:
        # One statement: the database decides between two that come at once.
        taken = connection.execute(
            insert.on_conflict_do_update(
                index_elements=[s.id],
                set_={"holder": insert.excluded.holder, "lease_until": insert.excluded.lease_until},
                where=free,
            ).returning(s.id)
        ).first()
    return taken is not None


def release(
    ledger: Ledger,
    *,
    source: str,
    holder: str,
    now: datetime,
    ok: bool,
    blame: bool = True,
    next_visit_at: datetime | None = None,
    not_before: datetime | None = None,
    interval: timedelta | None = None,
) -> bool:
    """The visit is over: the lease is free and the source's state tells how it went; False when the lease was lost.

    A visit that went wrong counts as the source's failure only with `blame`: not when our own network was down.
    """
    s = t.source.c
    values = {
        "holder": None,
        "lease_until": None,
        "visited_at": now,
        "failures": 0 if ok else s.failures + int(blame),
        "next_visit_at": next_visit_at,
        "not_before": not_before,
    }
    if ok:
        values["ok_at"] = now
    if interval is not None:
        values["interval"] = int(interval.total_seconds())
    with ledger.write() as connection:
        done = connection.execute(sa.update(t.source).where(s.id == source, s.holder == holder).values(**values))
    return done.rowcount == 1


def abandon(ledger: Ledger, *, holder: str) -> None:
    """Nothing is leased to `holder` any more, and no visit is counted: for a crawl that was interrupted."""
    with ledger.write() as connection:
        connection.execute(sa.update(t.source).where(t.source.c.holder == holder).values(holder=None, lease_until=None))


def free(ledger: Ledger) -> None:
    """Nothing is leased to anybody: for a copy of a ledger, whose holders are elsewhere."""
    with ledger.write() as connection:
        connection.execute(sa.update(t.source).values(holder=None, lease_until=None))


def states(ledger: Ledger, sources: Collection[str]) -> dict[str, SourceState]:
    """The state of each source; a source that was never visited has an empty one."""
    found: dict[str, SourceState] = {}
    with ledger.read() as connection:
        for row in connection.execute(sa.select(t.source)):
            interval = timedelta(seconds=row.interval) if row.interval is not None else None
            found[row.id] = SourceState(**(dict(row._mapping) | {"interval": interval}))  # noqa: SLF001 - public name
    return {source: found.get(source) or SourceState(id=source) for source in sources}


def due(ledger: Ledger, sources: Collection[str], *, now: datetime) -> tuple[str, ...]:
    """The sources whose turn it is: longest overdue first, the never visited before all."""
    waiting = [
        state
        for state in states(ledger, sources).values()
        if all(at is None or at <= now for at in (state.next_visit_at, state.not_before))
    ]
    early = datetime.min.replace(tzinfo=now.tzinfo)
    return tuple(state.id for state in sorted(waiting, key=lambda state: state.next_visit_at or early))
