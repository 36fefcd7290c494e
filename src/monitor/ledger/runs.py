"""Runs and their visits: what was done when, and a report whose sums balance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import channels
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Outcome, VisitReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one run gave. Every visit's discovered is the sum of its outcomes, and the totals are theirs."""

    id: int
    kind: str
    started_at: datetime
    finished_at: datetime | None
    """None: still running, or killed."""
    since: datetime | None
    until: datetime | None
    visits: tuple[VisitReport, ...]

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """The outcomes of all visits together."""
        return add(visit.outcomes for visit in self.visits)

    @property
    def discovered(self) -> int:
        """Number of URLs that this run handled."""
        return sum(visit.discovered for visit in self.visits)


def start(
    ledger: Ledger, *, kind: str, now: datetime, since: datetime | None = None, until: datetime | None = None
) -> int:
    """A run has begun; the number that everything it does is recorded under."""
    with ledger.write() as connection:
        number: int = connection.execute(
            sa.insert(t.run).values(kind=kind, started_at=now, since=since, until=until).returning(t.run.c.id)
        ).scalar_one()
    return number


def visited(
    ledger: Ledger,
    *,
    run: int,
    source: str,
    status: str,
    started_at: datetime,
    now: datetime,
    complete: bool = False,
    covered_from: datetime | None = None,
    note: str | None = None,
) -> VisitReport:
    """The visit is over and recorded; its channels and outcomes are those that the ledger holds of this run."""
    values = {
        "started_at": started_at,
        "finished_at": now,
        "status": status,
        "complete": complete,
        "covered_from": covered_from,
        "note": note,
    }
    with ledger.write() as connection:
        connection.execute(
            ledger.insert(t.visit)
            .values(run=run, source=source, **values)
            .on_conflict_do_update(index_elements=[t.visit.c.run, t.visit.c.source], set_=values)
        )
        return next(visit for visit in _visits(connection, run, "crawl") if visit.source == source)


def finish(ledger: Ledger, *, run: int, now: datetime) -> RunReport:
    """The run is over."""
    with ledger.write() as connection:
        connection.execute(sa.update(t.run).where(t.run.c.id == run).values(finished_at=now))
    return report(ledger, run)


def report(ledger: Ledger, run: int) -> RunReport:
    """What the run has given so far."""
    with ledger.read() as connection:
        row = connection.execute(sa.select(t.run).where(t.run.c.id == run)).one()
        return RunReport(visits=_visits(connection, run, row.kind), **row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def since(ledger: Ledger, run: int) -> datetime | None:
    """How far back the run was asked to look."""
    with ledger.read() as connection:
        at: datetime | None = connection.execute(sa.select(t.run.c.since).where(t.run.c.id == run)).scalar_one()
    return at


def latest(ledger: Ledger, *, kind: str | None = None) -> RunReport | None:
    """The run that was started last."""
    with ledger.read() as connection:
        number = connection.execute(
            sa.select(sa.func.max(t.run.c.id)).where(t.run.c.kind == kind if kind else sa.true())
        ).scalar_one()
    return None if number is None else report(ledger, number)


def add(outcomes: Iterable[Mapping[Outcome, int]]) -> dict[Outcome, int]:
    """The sums of several counts, in the order of Outcome, without zeros."""
    total = dict.fromkeys(Outcome, 0)
    for counts in outcomes:
        for outcome, count in counts.items():
            total[outcome] += count
    return {outcome: count for outcome, count in total.items() if count}


def _visits(connection: sa.Connection, run: int, kind: str) -> tuple[VisitReport, ...]:
    """The visits of a run in the order of their end, then the sources that were not visited (articles handed in)."""
    s = t.sighting.c
    outcomes: dict[str, dict[Outcome, int]] = {}
    for row in connection.execute(
        sa.select(s.source, s.outcome, sa.func.count()).where(s.run == run).group_by(s.source, s.outcome)
    ):
        outcomes.setdefault(row.source, {})[Outcome(row.outcome)] = row[2]
    polled = channels.of_run(connection, run)
    done = [
        VisitReport(
            source=row.source,
            status=row.status,
            channels=polled.pop(row.source, ()),
            outcomes=add([outcomes.pop(row.source, {})]),
            complete=row.complete,
            covered_from=row.covered_from,
            note=row.note,
        )
        for row in connection.execute(sa.select(t.visit).where(t.visit.c.run == run).order_by(t.visit.c.id))
    ]
    return (
        *done,
        *(
            # Articles that are handed in belong to no visit; in a crawl it is a visit that was killed.
            VisitReport(
                source=source,
                status="failed" if kind == "crawl" else "ok",
                channels=polled.get(source, ()),
                outcomes=add([counts]),
                note="the visit did not end" if kind == "crawl" else None,
            )
            for source, counts in sorted(outcomes.items())
        ),
    )
