"""Sums over the whole ledger: every discovered URL once, in the outcome that it is in."""

import sqlalchemy as sa

from monitor.ledger import runs
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Outcome


def by_source(ledger: Ledger) -> dict[str, dict[Outcome, int]]:
    """For each source that announced anything, its URLs by outcome."""
    u = t.url.c
    counts: dict[str, dict[Outcome, int]] = {}
    with ledger.read() as connection:
        for row in connection.execute(
            sa.select(u.source, u.outcome, sa.func.count()).group_by(u.source, u.outcome).order_by(u.source)
        ):
            counts.setdefault(row.source, {})[Outcome(row.outcome)] = row[2]
    return {source: runs.add([outcomes]) for source, outcomes in counts.items()}


def total(ledger: Ledger) -> dict[Outcome, int]:
    """All URLs by outcome."""
    return runs.add(by_source(ledger).values())


def articles(ledger: Ledger) -> dict[str, int]:
    """Articles by state: pending (promised to the queue) and landed."""
    with ledger.read() as connection:
        found = connection.execute(sa.select(t.article.c.state, sa.func.count()).group_by(t.article.c.state)).all()
    return {"pending": 0, "landed": 0} | {row[0]: row[1] for row in found}
