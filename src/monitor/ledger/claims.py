"""Which queue files are claimed, and until when."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger


def take(ledger: Ledger, names: Iterable[str], *, now: datetime, lease_until: datetime) -> None:
    """The names are claimed until then; an older claim is replaced."""
    rows = [{"name": name, "claimed_at": now, "lease_until": lease_until} for name in names]
    if not rows:
        return
    insert = ledger.insert(t.claim)
    news = {"claimed_at": insert.excluded.claimed_at, "lease_until": insert.excluded.lease_until}
    with ledger.write() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=[t.claim.c.name], set_=news), rows)


def drop(ledger: Ledger, names: Collection[str]) -> None:
    """Nobody claims the names."""
    with ledger.write() as connection:
        connection.execute(sa.delete(t.claim).where(t.claim.c.name.in_(names)))


def leases(ledger: Ledger) -> dict[str, datetime]:
    """Each claimed name, and until when."""
    with ledger.read() as connection:
        return {row.name: row.lease_until for row in connection.execute(sa.select(t.claim))}
