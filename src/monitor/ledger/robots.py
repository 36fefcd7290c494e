"""What each origin's robots.txt said, so that nobody asks for it twice a day."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The last answer of one origin."""

    origin: str
    """Scheme, host and port, for example "https://alpha.example"."""
    status: int | None
    """The HTTP status; None: no answer at all."""
    body: str | None
    fetched_at: datetime
    reachable_at: datetime | None
    """When there was last an answer that could be used (2xx, 3xx, 4xx); None: never."""


def load(ledger: Ledger, origin: str) -> Robots | None:
    """The last answer, however old; None when the origin was never asked."""
    with ledger.read() as connection:
        row = connection.execute(sa.select(t.robots).where(t.robots.c.origin == origin)).one_or_none()
    return None if row is None else Robots(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def keep(ledger: Ledger, *, origin: str, status: int | None, body: str | None, now: datetime) -> Robots:
    """The answer is the origin's last one; after a failure (5xx, none) the last usable body stays beside it."""
    usable = status is not None and status < 500 and status != 429
    insert = ledger.insert(t.robots).values(
        origin=origin, status=status, body=body, fetched_at=now, reachable_at=now if usable else None
    )
    names = ("status", "body", "fetched_at", "reachable_at") if usable else ("status", "fetched_at")
    with ledger.write() as connection:
        row = connection.execute(
            insert.on_conflict_do_update(
                index_elements=[t.robots.c.origin], set_={name: insert.excluded[name] for name in names}
            ).returning(t.robots)
        ).one()
    return Robots(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
