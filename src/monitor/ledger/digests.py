"""The digests that were made, and which article stands in which.

An article stands in at most one digest of a name: the first that is made after it landed and whose day ended later.
The primary keys hold that, whatever clocks and zones do; what a digest was made of never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from monitor.digest.alarm import Alarm
from monitor.digest.day import Copy, Item
from monitor.ledger import matches
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Outcome, Source

_COPIES = {Outcome.DUPLICATE, Outcome.UPDATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles a digest is for; an empty field wants all."""

    sources: frozenset[str] | None = None
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One digest that was made."""

    id: int
    name: str
    day: date
    zone: str
    start: datetime
    end: datetime
    made_at: datetime
    snapshot: Mapping[str, Any]


def find(ledger: Ledger, *, name: str, day: date) -> Edition | None:
    """The digest of that name and day, if it was made."""
    with ledger.read() as connection:
        d = t.digest.c
        row = connection.execute(sa.select(t.digest).where(d.name == name, d.day == day.isoformat())).one_or_none()
    return _edition(row) if row else None


def latest(ledger: Ledger, *, name: str, before: date | None = None) -> Edition | None:
    """The digest of that name with the latest day, or with the latest one before a day."""
    d = t.digest.c
    query = sa.select(t.digest).where(d.name == name).order_by(d.day.desc()).limit(1)
    if before:
        query = query.where(d.day < before.isoformat())
    with ledger.read() as connection:
        row = connection.execute(query).one_or_none()
    return _edition(row) if row else None


def unposted(ledger: Ledger, *, name: str) -> tuple[Edition, ...]:
    """Digests that were made and of which no mail is known: the program was stopped in between."""
    d, m = t.digest.c, t.mail.c
    posted = sa.select(m.id).where(m.key == sa.literal("digest/") + d.name + sa.literal("/") + d.day).exists()
    return chosen(ledger, sa.and_(d.name == name, ~posted))


def chosen(ledger: Ledger, which: sa.ColumnElement[bool]) -> tuple[Edition, ...]:
    """The digests for which the condition holds, by day."""
    with ledger.read() as connection:
        rows = connection.execute(sa.select(t.digest).where(which).order_by(t.digest.c.day, t.digest.c.id)).all()
    return tuple(_edition(row) for row in rows)


def make(
    ledger: Ledger,
    *,
    name: str,
    day: date,
    zone: str,
    start: datetime,
    end: datetime,
    snapshot: Mapping[str, Any],
    wanted: Wanted,
    now: datetime,
) -> Edition:
    """The digest owns its articles and revisions; the one that is there already, when somebody was quicker."""
    first = latest(ledger, name=name, before=day)
    with ledger.write() as connection:
        made = connection.execute(
            ledger.insert(t.digest)
            .values(
                name=name,
                day=day.isoformat(),
                zone=zone,
                start_at=start,
                end_at=end,
                made_at=now,
                snapshot=dict(snapshot),
            )
            .on_conflict_do_nothing(index_elements=[t.digest.c.name, t.digest.c.day])
            .returning(t.digest.c.id)
        ).scalar_one_or_none()
        if made is not None:
            _own(connection, name, made, end=end, since=None if first else start, wanted=wanted)
    found = find(ledger, name=name, day=day)
    assert found is not None  # noqa: S101 - made above, by us or by another
    return found


def items(ledger: Ledger, edition: Edition, sources: Mapping[str, Source]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """(articles, articles whose text changed after they had stood in an earlier digest)."""
    with ledger.read() as connection:
        mine = sa.select(t.digest_article.c.article).where(t.digest_article.c.digest == edition.id)
        articles = _items(connection, t.article.c.number.in_(mine), edition.made_at, sources)
        r, dr = t.revision.c, t.digest_revision.c
        changed = {
            row.article: row.at
            for row in connection.execute(
                sa.select(r.article, sa.func.max(r.at).label("at"))
                .join(t.digest_revision, dr.revision == r.id)
                .where(dr.digest == edition.id)
                .group_by(r.article)
            )
        }
        numbers = {item_number for item_number, _ in articles}
        old = _items(connection, t.article.c.number.in_(changed.keys() - numbers), edition.made_at, sources, changed)
    return tuple(item for _, item in articles), tuple(item for _, item in old)


def landed(
    ledger: Ledger, *, start: datetime, end: datetime, now: datetime, wanted: Wanted, sources: Mapping[str, Source]
) -> tuple[Item, ...]:
    """The articles that landed between two moments, whatever digest they stand in."""
    a = t.article.c
    which = sa.and_(a.landed_at >= start, a.landed_at < end, *limits(wanted))
    with ledger.read() as connection:
        return tuple(item for _, item in _items(connection, which, now, sources))


def newest(
    ledger: Ledger, *, limit: int, now: datetime, sources: Mapping[str, Source], category: str | None = None
) -> tuple[Item, ...]:
    """The articles that landed last, of one category if given, the newest first, each with its last change's moment."""
    a, r = t.article.c, t.revision.c
    with ledger.read() as connection:
        landed = sa.select(a.number).where(a.state == "landed", *([a.category == category] if category else []))
        last = landed.order_by(a.landed_at.desc(), a.number.desc()).limit(limit)
        numbers = connection.execute(last).scalars().all()
        changes = sa.select(r.article, sa.func.max(r.at).label("at")).where(r.article.in_(numbers)).group_by(r.article)
        changed = {row.article: row.at for row in connection.execute(changes)}
        items = dict(_items(connection, a.number.in_(numbers), now, sources, changed))
    return tuple(items[number] for number in numbers)


def alarms(
    ledger: Ledger, *, name: str, since: datetime, now: datetime, wanted: Wanted, sources: Mapping[str, Source]
) -> tuple[Alarm, ...]:
    """The articles that landed and the versions that came since, the oldest first, of which no urgent mail is known."""
    a, r, m = t.article.c, t.revision.c, t.mail.c
    prefix = f"urgent/{name}/"
    with ledger.read() as connection:
        told = set(
            connection.execute(
                sa.select(m.key).where(m.created_at >= since, m.key.startswith(prefix, autoescape=True))
            ).scalars()
        )
        fresh = sa.and_(a.state == "landed", a.landed_at >= since, *limits(wanted))
        changes = connection.execute(
            sa.select(t.revision).join(t.article, a.number == r.article).where(r.at >= since, *limits(wanted))
        ).all()
        changed = a.number.in_({row.article for row in changes})
        items = dict(_items(connection, sa.or_(fresh, changed), now, sources))
    found = [Alarm(item=item) for item in items.values() if item.seen_at >= since]
    found += [
        Alarm(item=_version(items[row.article], row), revision=row.id, before=items[row.article])
        for row in sorted(changes, key=lambda row: row.id)
        if row.article in items
    ]
    return tuple(alarm for alarm in found if prefix + alarm.key not in told)


def volume(ledger: Ledger, *, start: datetime, end: datetime, wanted: Wanted) -> tuple[int, int]:
    """(articles, incidents among them) that landed between two moments."""
    a = t.article.c
    incidents = sa.func.coalesce(sa.func.sum(sa.case((a.category == "incident", 1), else_=0)), 0)
    query = sa.select(sa.func.count(), incidents).where(a.landed_at >= start, a.landed_at < end, *limits(wanted))
    with ledger.read() as connection:
        row = connection.execute(query).one()
    return row[0], int(row[1])


def discovered(ledger: Ledger, *, start: datetime, end: datetime) -> int:
    """URLs that were announced for the first time between two moments."""
    u = t.url.c
    with ledger.read() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(t.url).where(u.discovered_at >= start, u.discovered_at < end)
        ).scalar_one()


def limits(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """What of the articles is wanted, as conditions of a query."""
    a = t.article.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.sources is not None:
        found.append(a.source.in_(sorted(wanted.sources)))
    if wanted.classes:
        found.append(a.category.in_(wanted.classes))
    if wanted.languages:
        found.append(a.language.in_(wanted.languages))
    return found


def _own(
    connection: sa.Connection, name: str, digest: int, *, end: datetime, since: datetime | None, wanted: Wanted
) -> None:
    a, da, r, dr = t.article.c, t.digest_article.c, t.revision.c, t.digest_revision.c
    owned = sa.select(da.article).where(da.name == name, da.article == a.number).exists()
    mine = sa.select(sa.literal(name), a.number, sa.literal(digest)).where(
        a.state == "landed", a.landed_at < end, ~owned, *limits(wanted)
    )
    if since is not None:
        # The first digest of a name does not tell the whole past.
        mine = mine.where(a.landed_at >= since)
    connection.execute(sa.insert(t.digest_article).from_select(["name", "article", "digest"], mine))
    told = sa.select(dr.revision).where(dr.name == name, dr.revision == r.id).exists()
    changed = (
        sa.select(sa.literal(name), r.id, sa.literal(digest))
        .join(t.digest_article, sa.and_(da.article == r.article, da.name == name))
        .where(r.at < end, ~told)
    )
    connection.execute(sa.insert(t.digest_revision).from_select(["name", "revision", "digest"], changed))


def _items(
    connection: sa.Connection,
    which: sa.ColumnElement[bool],
    until: datetime,
    sources: Mapping[str, Source],
    changed: Mapping[int, datetime] | None = None,
) -> list[tuple[int, Item]]:
    a, u = t.article.c, t.url.c
    rows = connection.execute(sa.select(t.article).where(which).order_by(a.number)).all()
    copies: dict[int, list[Copy]] = {}
    for row in connection.execute(
        sa.select(u.article, u.url, u.source, u.discovered_at)
        .join(t.article, a.number == u.article)
        .where(which, u.outcome.in_(_COPIES), u.discovered_at < until, u.source != a.source)
        .order_by(u.discovered_at, u.id)
    ):
        name = sources[row.source].name if row.source in sources else row.source
        copies.setdefault(row.article, []).append(Copy(url=row.url, source_name=name, seen_at=row.discovered_at))
    return [
        (
            row.number,
            Item(
                name=row.name,
                url=row.url,
                title=row.title,
                language=row.language,
                source=row.source,
                source_name=row.sidecar["source_name"],
                country=sources[row.source].country if row.source in sources else "–",
                category=row.category or "other",
                score=row.score,
                published_at=row.published_at,
                seen_at=row.landed_at,
                hits=matches.load(row.match).matches,
                copies=tuple(copies.get(row.number, ())),
                updated_at=changed.get(row.number) if changed else None,
                partial=row.partial,
            ),
        )
        for row in rows
    ]


def _version(item: Item, row: Any) -> Item:
    match = matches.load(row.match)
    return replace(
        item,
        title=row.title,
        category=match.category or "other",
        score=match.score,
        hits=match.matches,
        updated_at=row.at,
    )


def _edition(row: Any) -> Edition:
    return Edition(
        id=row.id,
        name=row.name,
        day=date.fromisoformat(row.day),
        zone=row.zone,
        start=row.start_at,
        end=row.end_at,
        made_at=row.made_at,
        snapshot=row.snapshot,
    )
