"""What the daemon of a home is doing and what is due next, for `monitor status`: by files and ledger, asking nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import lock
from monitor.config import DigestConfig
from monitor.daemon import beat
from monitor.daemon.beat import Life
from monitor.digest.day import due_day
from monitor.home import Home
from monitor.ledger.leases import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The daemon as it was last heard; nothing is known of one that does not run and left no trace."""

    state: Life
    pid: int | None = None
    started_at: datetime | None = None
    beat_at: datetime | None = None
    visits: int | None = None
    running: int | None = None
    missed: int | None = None
    skipped: int | None = None
    failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What is due next, and when; a moment that has passed is overdue."""

    name: str
    at: datetime


def daemon(home: Home, *, now: datetime) -> Daemon:
    """How the daemon of the home is."""
    # A process that has just taken the lock has not written its number yet.
    holder = (lock.holder(home.lock) or 0) if lock.held(home.lock) else None
    found = beat.read(home.beat)
    state = beat.life(found, holder=holder, now=now)
    if found is None or state is Life.STARTS:
        return Daemon(state=state, pid=holder or None)
    return Daemon(
        state=state,
        pid=found.pid,
        started_at=found.started_at,
        beat_at=found.at,
        visits=found.visits,
        running=found.running,
        missed=found.missed,
        skipped=found.skipped,
        failed=found.errors,
    )


def next_visit(states: Iterable[SourceState], *, now: datetime) -> Next | None:
    """The visit that is due first, of the sources that nobody is visiting; one never visited is due now."""
    due = [
        Next(name=state.id, at=max((at for at in (state.next_visit_at, state.not_before) if at), default=now))
        for state in states
        if state.holder is None or (state.lease_until is not None and state.lease_until <= now)
    ]
    return min(due, key=lambda visit: (visit.at, visit.name), default=None)


def next_digest(
    digests: Iterable[DigestConfig], *, last: Mapping[str, date | None], zone: str, now: datetime
) -> Next | None:
    """The digest that is due first; `last` tells the day of the last one of each name."""

    def due_at(digest: DigestConfig) -> datetime:
        before = last.get(digest.name)
        day = before + timedelta(days=1) if before else due_day(now, zone=zone, at=digest.time)
        return datetime.combine(day + timedelta(days=1), digest.time, tzinfo=ZoneInfo(zone))

    due = [Next(name=digest.name, at=due_at(digest)) for digest in digests if not digest.urgent]
    return min(due, key=lambda digest: (digest.at, digest.name), default=None)
