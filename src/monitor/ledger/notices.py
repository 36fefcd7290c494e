"""The notices that are to be posted to web hooks, and what is known of each hook."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.digest.delivery import Delivery, State
from monitor.ledger import digests
from monitor.ledger import schema as t
from monitor.ledger.digests import Edition, Wanted
from monitor.ledger.store import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """What is known of one hook."""

    name: str
    place: str
    """A hash of its address."""
    since: datetime
    """What landed before is none of its business."""
    failures: int
    """Attempts in a row that failed by the hook's own fault."""
    not_before: datetime | None
    off_at: datetime | None
    """Since when it is switched off, because it said that it wants no more."""
    reply: str | None
    looked_at: datetime | None
    ailing: Mapping[str, str]
    """What it was last told of the sources that are not well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A notice that is to be made."""

    key: str
    """What it tells of, for example "article/017_20d4af210ebdfd1b.txt"; told once to each hook."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One body for one hook."""

    id: int
    key: str
    uid: str
    """The same however often it is sent, and nobody else's."""
    body: bytes
    created_at: datetime
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """An article that landed, as a notice tells it."""

    name: str
    source: str
    sidecar: Mapping[str, Any]
    text: str
    landed_at: datetime


def know(ledger: Ledger, *, name: str, place: str, now: datetime) -> Hook:
    """The hook is known; one whose address has changed is on again and begins without failures."""
    found = find(ledger, name)
    if found is not None and found.place == place:
        return found
    insert = ledger.insert(t.hook).values(name=name, place=place, since=now, ailing={})
    fresh: dict[str, Any] = {"place": place, "failures": 0, "not_before": None, "off_at": None, "reply": None}
    with ledger.write() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=[t.hook.c.name], set_=fresh))
    found = find(ledger, name)
    assert found is not None  # noqa: S101 - put there above
    return found


def find(ledger: Ledger, name: str) -> Hook | None:
    """What is known of the hook of that name, if anything."""
    with ledger.read() as connection:
        row = connection.execute(sa.select(t.hook).where(t.hook.c.name == name)).one_or_none()
    if row is None:
        return None
    return Hook(
        name=row.name,
        place=row.place,
        since=row.since,
        failures=row.failures,
        not_before=row.not_before,
        off_at=row.off_at,
        reply=row.reply,
        looked_at=row.looked_at,
        ailing=row.ailing,
    )


def articles(ledger: Ledger, *, hook: str, since: datetime, wanted: Wanted, limit: int) -> tuple[Landed, ...]:
    """The articles that landed since then and of which the hook has no notice, the oldest first."""
    a = t.article.c
    query = (
        sa.select(a.name, a.source, a.sidecar, a.text, a.landed_at)
        .where(
            a.state == "landed",
            a.landed_at >= since,
            ~_told(hook, sa.literal("article/") + a.name),
            *digests.limits(wanted),
        )
        .order_by(a.number)
        .limit(limit)
    )
    with ledger.read() as connection:
        return tuple(Landed(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - its public name


def editions(ledger: Ledger, *, hook: str, since: datetime) -> tuple[Edition, ...]:
    """The digests that were made since then and of which the hook has no notice, the oldest first."""
    d = t.digest.c
    key = sa.literal("digest/") + d.name + sa.literal("/") + d.day
    return digests.chosen(ledger, sa.and_(d.made_at >= since, ~_told(hook, key)))


def put(
    ledger: Ledger,
    *,
    hook: str,
    fresh: Iterable[Fresh],
    now: datetime,
    look: tuple[Hook, Mapping[str, str]] | None = None,
) -> int:
    """Each notice waits for the hook, once whoever puts it; how many were new.

    `look`: what was known of the hook, and what it knows of the sources from now on. Nothing is put when somebody else
    has looked in between.
    """
    made = 0
    with ledger.write() as connection:
        if look is not None and not _looked(connection, *look, now=now):
            return 0
        for each in fresh:
            row = ledger.insert(t.notice).values(
                hook=hook,
                key=each.key,
                # Drawn by lot: numbers and names begin anew in every home, and two homes may tell one receiver.
                uid=f"msg_{secrets.token_hex(16)}",
                body=each.body,
                created_at=now,
                state=State.WAITING,
                attempts=0,
                next_at=now,
            )
            unique = [t.notice.c.hook, t.notice.c.key]
            made += connection.execute(row.on_conflict_do_nothing(index_elements=unique)).rowcount
    return made


def due(ledger: Ledger, *, hook: str, now: datetime, limit: int) -> tuple[Notice, ...]:
    """The notices of the hook whose turn it is, the oldest first."""
    n = t.notice.c
    query = (
        sa.select(t.notice)
        .where(n.hook == hook, n.state == State.WAITING, n.next_at <= now)
        .order_by(n.id)
        .limit(limit)
    )
    with ledger.read() as connection:
        return tuple(_notice(row) for row in connection.execute(query))


def settle(
    ledger: Ledger, notice: int, delivery: Delivery, *, failures: int, not_before: datetime | None, now: datetime
) -> None:
    """The notice stands as given, its hook with so many failures; the body of one that was accepted is gone."""
    n, h = t.notice.c, t.hook.c
    values: dict[str, Any] = {
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at,
        "reply": delivery.reply,
        "ended_at": None if delivery.open else now,
    }
    if delivery.state is State.ACCEPTED:
        values["body"] = b""
    with ledger.write() as connection:
        connection.execute(sa.update(t.notice).where(n.id == notice).values(values))
        connection.execute(
            sa.update(t.hook)
            .where(h.name == delivery.recipient)
            .values(failures=failures, not_before=not_before, reply=delivery.reply)
        )


def give_up(ledger: Ledger, *, hook: str, before: datetime, reply: str, now: datetime) -> int:
    """What has waited since before then has ended without success; how many."""
    with ledger.write() as connection:
        return connection.execute(_ended(hook, reply, now).where(t.notice.c.created_at < before)).rowcount


def switch_off(ledger: Ledger, *, hook: str, reply: str, now: datetime) -> int:
    """The hook is told nothing any more, and what waited has ended without success; how many."""
    with ledger.write() as connection:
        off = sa.update(t.hook).where(t.hook.c.name == hook).values(off_at=now, reply=reply)
        connection.execute(off)
        return connection.execute(_ended(hook, reply, now)).rowcount


def retry(ledger: Ledger, *, hook: str, now: datetime) -> int:
    """The hook is on, and what was given up or waits for its next turn is due now, as if new; how many."""
    n, h = t.notice.c, t.hook.c
    with ledger.write() as connection:
        connection.execute(sa.update(t.hook).where(h.name == hook).values(off_at=None, failures=0, not_before=None))
        return connection.execute(
            sa.update(t.notice)
            .where(n.hook == hook, n.state.in_([State.WAITING, State.GIVEN_UP]), n.body != b"")
            .values(state=State.WAITING, created_at=now, next_at=now, ended_at=None)
        ).rowcount


def counts(ledger: Ledger, *, since: datetime) -> dict[str, dict[str, int]]:
    """For each hook, how many notices wait, and how many have been given up since then."""
    n = t.notice.c
    query = (
        sa.select(n.hook, n.state, sa.func.count())
        .where(sa.or_(n.state == State.WAITING, sa.and_(n.state == State.GIVEN_UP, n.ended_at >= since)))
        .group_by(n.hook, n.state)
    )
    found: dict[str, dict[str, int]] = {}
    with ledger.read() as connection:
        for hook, state, count in connection.execute(query):
            found.setdefault(hook, {"waiting": 0, "given-up": 0})[state] = count
    return found


def trouble(ledger: Ledger, hook: str, *, since: datetime) -> str | None:
    """What a person must be told of the hook: that it is off, or that notices have been given up since then."""
    known = find(ledger, hook)
    lost = counts(ledger, since=since).get(hook, {}).get(State.GIVEN_UP, 0)
    if known and known.off_at:
        return f"has been off since {known.off_at:%Y-%m-%d %H:%M} UTC, when it answered {known.reply}"
    return f"was not reached with {lost} notice{'s' * (lost > 1)}: {known.reply}" if known and lost else None


def _looked(connection: sa.Connection, known: Hook, ailing: Mapping[str, str], *, now: datetime) -> bool:
    h = t.hook.c
    same = sa.and_(h.name == known.name, h.looked_at.is_not_distinct_from(known.looked_at))
    return connection.execute(sa.update(t.hook).where(same).values(ailing=dict(ailing), looked_at=now)).rowcount == 1


def _told(hook: str, key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    n = t.notice.c
    return sa.select(n.id).where(n.hook == hook, n.key == key).exists()


def _ended(hook: str, reply: str, now: datetime) -> sa.Update:
    n = t.notice.c
    waiting = sa.update(t.notice).where(n.hook == hook, n.state == State.WAITING)
    return waiting.values(state=State.GIVEN_UP, reply=reply, ended_at=now)


def _notice(row: Any) -> Notice:
    return Notice(
        id=row.id,
        key=row.key,
        uid=row.uid,
        body=row.body,
        created_at=row.created_at,
        delivery=Delivery(
            recipient=row.hook,
            state=State(row.state),
            attempts=row.attempts,
            next_at=row.next_at,
            reply=row.reply,
        ),
    )
