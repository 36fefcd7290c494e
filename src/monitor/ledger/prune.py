"""Cutting back what grows without end: history, never the memory of what was seen."""

from datetime import datetime

import sqlalchemy as sa

from monitor.digest.delivery import State
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger

_FREE_SHARE = 0.25
"""So much of the file may be empty before it is packed."""


def history(ledger: Ledger, *, before: datetime) -> int:
    """Polls, visits and sightings from before are gone, and the bodies of what was mailed or posted; how many rows.

    Articles, URLs, runs and the rows of mails and notices stay: a feed may come back with last year's items, a digest
    is sent once.
    """
    m, n = t.mail.c, t.notice.c
    with ledger.write() as connection:
        gone = [
            connection.execute(sa.delete(table).where(moment < before)).rowcount
            for table, moment in (
                (t.poll, t.poll.c.at),
                (t.visit, t.visit.c.finished_at),
                (t.sighting, t.sighting.c.at),
            )
        ]
        connection.execute(sa.update(t.mail).where(m.closed_at < before, m.body != b"").values(body=b""))
        given_up = sa.and_(n.state == State.GIVEN_UP, n.ended_at < before, n.body != b"")
        connection.execute(sa.update(t.notice).where(given_up).values(body=b""))
    return sum(gone)


def optimise(ledger: Ledger) -> None:
    """The database knows its own statistics, and its file has no large holes."""
    ledger.tidy(free_share=_FREE_SHARE)
