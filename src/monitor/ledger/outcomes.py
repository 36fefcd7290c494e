"""How a URL ends: its one outcome, and what each run made of it.

A URL is in exactly one outcome. It leaves pending, failed and blocked for any other, queued only for updated, and the
rest only back to pending, when `urls.discover` or `urls.due` takes it up again. What a run made of a URL is its
sighting: for each run and source, discovered is the sum of the outcomes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.ledger import matches
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Claim, Match, Outcome
from monitor.text import line

OPEN = (Outcome.PENDING, Outcome.FAILED, Outcome.BLOCKED)
"""What a URL is in until it has ended."""
LANDED = (Outcome.QUEUED, Outcome.UPDATED)
"""What a URL is in whose article the queue holds."""


def settle(
    ledger: Ledger,
    *,
    run: int,
    url_id: int,
    outcome: Outcome,
    now: datetime,
    reason: str | None = None,
    retry_at: datetime | None = None,
    match: Match | None = None,
    published_at: datetime | None = None,
    fetched: bool = False,
) -> Outcome:
    """The URL has ended in `outcome` if it may, and the outcome that it is in now is given back.

    Safe to repeat. A failed or blocked URL without `retry_at` is tried again after `backoff`. `match`, `published_at`
    and `fetched` tell what the page said when it was read.
    """
    facts: dict[str, Any] = {}
    if match is not None:
        facts["match"] = matches.dump(match)
    if published_at is not None:
        facts["published_at"] = published_at
    if fetched:
        facts["fetched_at"] = now
    with ledger.write() as connection:
        return settle_in(
            ledger,
            connection,
            run=run,
            url_id=url_id,
            outcome=outcome,
            now=now,
            reason=reason,
            retry_at=retry_at,
            **facts,
        )


def settle_in(
    ledger: Ledger,
    connection: sa.Connection,
    *,
    run: int,
    url_id: int,
    outcome: Outcome,
    now: datetime,
    reason: str | None = None,
    retry_at: datetime | None = None,
    **facts: Any,
) -> Outcome:
    """As `settle`, within the caller's transaction; `facts` are further columns of the URL's row."""
    # A server words its own errors: whatever it says must be storable.
    reason = line(reason)[:500] if reason else None
    row = connection.execute(sa.select(t.url).where(t.url.c.id == url_id).with_for_update()).one()
    before = connection.execute(
        sa.select(t.sighting.c.outcome).where(t.sighting.c.run == run, t.sighting.c.url == url_id)
    ).scalar_one_or_none()
    ended = _ended(Outcome(row.outcome), outcome)
    attempts = row.attempts + (before != outcome)
    if retry_at is None and outcome in (Outcome.FAILED, Outcome.BLOCKED):
        wait = backoff(attempts)
        retry_at = now + wait if wait else None
    values: dict[str, Any] = {"outcome": ended, "attempts": attempts, "retry_at": retry_at, "settled_at": now}
    if ended == outcome:
        values |= {"reason": reason} | facts
    elif ended not in LANDED:
        values["retry_at"] = row.retry_at
    connection.execute(sa.update(t.url).where(t.url.c.id == url_id).values(**values))
    sight(ledger, connection, [url_id], run=run, source=row.source, now=now, outcome=outcome, reason=reason)
    return ended


def claim(ledger: Ledger, *, url_id: int, claims: Sequence[Claim]) -> None:
    """The moments of publication that the URL's page gives are known, whatever becomes of it."""
    told = [{"evidence": one.evidence, "at": one.at.isoformat(), "chosen": one.chosen} for one in claims]
    with ledger.write() as connection:
        connection.execute(sa.update(t.url).where(t.url.c.id == url_id).values(claims=told))


def answered(ledger: Ledger, *, run: int, url_id: int, answers: str) -> None:
    """What the server said to all that was asked for this URL in this run stands with its sighting."""
    s = t.sighting.c
    with ledger.write() as connection:
        connection.execute(
            sa.update(t.sighting).where(s.run == run, s.url == url_id).values(answers=line(answers)[:500])
        )


def backoff(attempts: int) -> timedelta | None:
    """How long to wait after that many tries: from ten minutes, three times as long each time, to a day; then never.

    >>> [str(backoff(n)) for n in (1, 2, 3, 6, 12, 13)]
    ['0:10:00', '0:30:00', '1:30:00', '1 day, 0:00:00', '1 day, 0:00:00', 'None']
    """
    return min(timedelta(minutes=10) * 3 ** (attempts - 1), timedelta(days=1)) if 0 < attempts <= 12 else None


def sight(
    ledger: Ledger,
    connection: sa.Connection,
    ids: Sequence[int],
    *,
    run: int,
    source: str,
    now: datetime,
    outcome: Outcome = Outcome.PENDING,
    reason: str | None = None,
) -> None:
    """The run has the URLs in this outcome."""
    if not ids:
        return
    insert = ledger.insert(t.sighting)
    news = {"outcome": insert.excluded.outcome, "reason": insert.excluded.reason, "at": insert.excluded.at}
    connection.execute(
        insert.on_conflict_do_update(index_elements=[t.sighting.c.run, t.sighting.c.url], set_=news),
        [{"run": run, "url": url, "source": source, "outcome": outcome, "reason": reason, "at": now} for url in ids],
    )


def _ended(current: Outcome, wanted: Outcome) -> Outcome:
    if current in OPEN:
        return wanted
    return Outcome.UPDATED if current is Outcome.QUEUED and wanted is Outcome.UPDATED else current
