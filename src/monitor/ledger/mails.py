"""The mails that are to be handed over, and where each is for each of its recipients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.digest.delivery import Delivery, State
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message and its deliveries."""

    id: int
    key: str
    """What it is, for example "digest/daily/2026-11-23"."""
    sender: str
    body: bytes
    created_at: datetime
    deliveries: tuple[Delivery, ...]


def put(
    ledger: Ledger, *, key: str, sender: str, body: bytes, recipients: Sequence[str], now: datetime, anew: bool = False
) -> Mail:
    """The mail waits for its recipients; the one that is there already stays as it is, unless it is wanted anew."""
    with ledger.write() as connection:
        insert = ledger.insert(t.mail).values(key=key, sender=sender, body=body, created_at=now)
        made = connection.execute(
            insert.on_conflict_do_nothing(index_elements=[t.mail.c.key]).returning(t.mail.c.id)
        ).scalar_one_or_none()
        if made is None and anew:
            made = connection.execute(sa.select(t.mail.c.id).where(t.mail.c.key == key)).scalar_one()
            connection.execute(sa.delete(t.delivery).where(t.delivery.c.mail == made))
            connection.execute(
                sa.update(t.mail)
                .where(t.mail.c.id == made)
                .values(sender=sender, body=body, created_at=now, closed_at=None)
            )
        if made is not None and recipients:
            connection.execute(
                sa.insert(t.delivery),
                [_row(made, Delivery(recipient=recipient, next_at=now)) for recipient in dict.fromkeys(recipients)],
            )
    return _one(ledger, t.mail.c.key == key)


def waiting(ledger: Ledger) -> tuple[Mail, ...]:
    """The mails with something left to do, the oldest first."""
    return _all(ledger, t.mail.c.closed_at.is_(None))


def undelivered(ledger: Ledger, *, since: datetime) -> tuple[Mail, ...]:
    """Mails with something left to do, or done with since then, that some recipient never got for sure.

    That is known days after a mail was made, so it is the end that counts.
    """
    m = t.mail.c
    ended = sa.select(t.delivery.c.mail).where(t.delivery.c.state.in_([State.GIVEN_UP, State.DOUBTFUL]))
    return _all(ledger, sa.and_(sa.or_(m.closed_at.is_(None), m.closed_at >= since), m.id.in_(ended)))


def update(ledger: Ledger, mail: int, deliveries: Iterable[Delivery]) -> None:
    """The deliveries stand as given."""
    d = t.delivery.c
    with ledger.write() as connection:
        for delivery in deliveries:
            connection.execute(
                sa.update(t.delivery)
                .where(d.mail == mail, d.recipient == delivery.recipient)
                .values(**_row(mail, delivery))
            )


def close(ledger: Ledger, mail: int, *, now: datetime) -> None:
    """Nothing is left to do for the mail."""
    with ledger.write() as connection:
        connection.execute(sa.update(t.mail).where(t.mail.c.id == mail).values(closed_at=now))


def _one(ledger: Ledger, which: sa.ColumnElement[bool]) -> Mail:
    (found,) = _all(ledger, which)
    return found


def _all(ledger: Ledger, which: sa.ColumnElement[bool]) -> tuple[Mail, ...]:
    with ledger.read() as connection:
        mails = connection.execute(sa.select(t.mail).where(which).order_by(t.mail.c.created_at, t.mail.c.id)).all()
        deliveries: dict[int, list[Delivery]] = {}
        ids = [mail.id for mail in mails]
        rows = connection.execute(
            sa.select(t.delivery).where(t.delivery.c.mail.in_(ids)).order_by(t.delivery.c.recipient)
        )
        for row in rows:
            deliveries.setdefault(row.mail, []).append(_delivery(row))
    return tuple(
        Mail(
            id=mail.id,
            key=mail.key,
            sender=mail.sender,
            body=mail.body,
            created_at=mail.created_at,
            deliveries=tuple(deliveries.get(mail.id, ())),
        )
        for mail in mails
    )


def _row(mail: int, delivery: Delivery) -> dict[str, Any]:
    return {
        "mail": mail,
        "recipient": delivery.recipient,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "repeated": delivery.repeated,
        "next_at": delivery.next_at,
        "reply": delivery.reply,
    }


def _delivery(row: Any) -> Delivery:
    return Delivery(
        recipient=row.recipient,
        state=State(row.state),
        attempts=row.attempts,
        repeated=row.repeated,
        next_at=row.next_at,
        reply=row.reply,
    )
