"""The articles: what they are known by, their landing, and what was learned of them later.

Landing is a promise and its keeping. `land` writes article, number, name and the URL's outcome in one transaction, in
the state pending; the queue then gets the file; `landed` closes. Whatever is killed when, `promised` tells what is
open.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.ledger import matches, outcomes
from monitor.ledger import schema as t
from monitor.ledger.store import Ledger
from monitor.model import Article, Match, Outcome
from monitor.sameness.verdict import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article that is to land, with all that the ledger keeps of it."""

    source: str
    article: Article
    match: Match
    text: str
    """What the queue file will hold."""
    sha256: str
    text_key: str
    url_keys: frozenset[str]
    discovered_at: datetime
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What the queue is to get."""

    number: int
    name: str
    text: str
    sidecar: Mapping[str, Any]


def known(ledger: Ledger, *, url_keys: Iterable[str], text_key: str) -> tuple[Known, ...]:
    """The articles that share the text or any of the addresses."""
    with ledger.read() as connection:
        numbers = connection.execute(_sharing(url_keys, text_key)).scalars().all()
        return tuple(_known(connection, number) for number in sorted(set(numbers)))


def land(
    ledger: Ledger,
    *,
    run: int,
    url_id: int,
    story: Story,
    label: Callable[[int], tuple[str, Mapping[str, Any]]],
    now: datetime,
    judged: Collection[str] = (),
    retry_at: datetime | None = None,
) -> Landing | None:
    """The article is promised to the queue and its URL is queued; None when another process was quicker with the story.

    `label` gives name and sidecar for a number. `judged` names the articles that share a key with the story and are
    known not to be the same. `retry_at`: when to read the page again (of a partial article).
    """
    with ledger.write() as connection:
        # The counter first: on PostgreSQL its row lock lets landings through one by one, so that the look-up below
        # sees every article that a number was given to.
        number = _next_number(ledger, connection)
        if _taken(connection, story, judged):
            # Nothing was written under the number, so it is free again.
            connection.execute(sa.update(t.counter).where(t.counter.c.name == "article").values(next=number))
            return None
        name, sidecar = label(number)
        connection.execute(sa.insert(t.article).values(_row(number, name, story, sidecar)))
        _add_keys(ledger, connection, number, story)
        outcomes.settle_in(
            ledger,
            connection,
            run=run,
            url_id=url_id,
            outcome=Outcome.QUEUED,
            now=now,
            retry_at=retry_at,
            article=number,
            fetched_at=story.fetched_at,
            reason="partial" if story.article.partial else None,
        )
    return Landing(number=number, name=name, text=story.text, sidecar=sidecar)


def landed(ledger: Ledger, *, number: int, now: datetime) -> None:
    """The queue has the article."""
    with ledger.write() as connection:
        connection.execute(
            sa.update(t.article)
            .where(t.article.c.number == number, t.article.c.state == "pending")
            .values(state="landed", landed_at=now)
        )


def promised(ledger: Ledger) -> tuple[Landing, ...]:
    """What was promised to the queue and is not known to be there."""
    a = t.article.c
    with ledger.read() as connection:
        rows = connection.execute(
            sa.select(a.number, a.name, a.text, a.sidecar).where(a.state == "pending").order_by(a.number)
        ).all()
    return tuple(Landing(number=row.number, name=row.name, text=row.text, sidecar=row.sidecar) for row in rows)


def duplicate(
    ledger: Ledger,
    *,
    run: int,
    url_id: int,
    name: str,
    now: datetime,
    reason: str | None,
    url_keys: Iterable[str] = (),
    retry_at: datetime | None = None,
) -> Landing | None:
    """The URL has ended as a duplicate of the article, which is known by its addresses too from now on.

    The article with its new sidecar when the URL is another one than its own, else None.
    """
    with ledger.write() as connection:
        article, url = _both(connection, name, url_id)
        outcomes.settle_in(
            ledger,
            connection,
            run=run,
            url_id=url_id,
            outcome=Outcome.DUPLICATE,
            now=now,
            retry_at=retry_at,
            reason=f"of {name}: {reason}" if reason else f"of {name}",
            article=article.number,
            fetched_at=now,
        )
        _alias(ledger, connection, article.number, url_keys)
        copies = article.sidecar["duplicates"]
        if url.article == article.number or url.url in {article.url, *(copy["url"] for copy in copies)}:
            return None
        copies = [*copies, {"url": url.url, "source": url.source}]
        sidecar = article.sidecar | {"duplicates": copies}
        connection.execute(sa.update(t.article).where(t.article.c.number == article.number).values(sidecar=sidecar))
    return Landing(number=article.number, name=name, text=article.text, sidecar=sidecar)


def revise(
    ledger: Ledger, *, run: int, url_id: int, name: str, story: Story, now: datetime, reason: str | None
) -> None:
    """The article has one more version; its URL is updated, and the queue keeps what it has."""
    with ledger.write() as connection:
        article, _ = _both(connection, name, url_id)
        connection.execute(
            ledger.insert(t.revision)
            .values(
                article=article.number,
                run=run,
                at=now,
                url=story.article.url,
                text_key=story.text_key,
                title=story.article.title,
                text=story.text,
                match=matches.dump(story.match),
            )
            .on_conflict_do_nothing(index_elements=[t.revision.c.article, t.revision.c.text_key])
        )
        _add_keys(ledger, connection, article.number, story)
        outcomes.settle_in(
            ledger,
            connection,
            run=run,
            url_id=url_id,
            outcome=Outcome.UPDATED,
            now=now,
            reason=f"of {name}: {reason}" if reason else f"of {name}",
            article=article.number,
            fetched_at=now,
        )


def reserve(ledger: Ledger, *, above: int) -> None:
    """The next article gets a number greater than `above`."""
    insert = ledger.insert(t.counter).values(name="article", next=above + 1)
    with ledger.write() as connection:
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[t.counter.c.name],
                set_={"next": insert.excluded.next},
                where=t.counter.c.next < insert.excluded.next,
            )
        )


def hashes(ledger: Ledger) -> dict[str, tuple[str, bool]]:
    """For each article's name, the SHA-256 of its file and whether it landed."""
    a = t.article.c
    with ledger.read() as connection:
        rows = connection.execute(sa.select(a.name, a.sha256, a.state)).all()
    return {row.name: (row.sha256, row.state == "landed") for row in rows}


def texts(ledger: Ledger) -> Iterator[tuple[str, str, str | None]]:
    """Queue name, queue text and language of every article, by number, a few in memory at a time."""
    a = t.article.c
    with ledger.read() as connection:
        rows = connection.execution_options(yield_per=500).execute(
            sa.select(a.name, a.text, a.language).order_by(a.number)
        )
        for row in rows:
            yield row.name, row.text, row.language


def _next_number(ledger: Ledger, connection: sa.Connection) -> int:
    number: int = connection.execute(
        ledger.insert(t.counter)
        .values(name="article", next=1)
        .on_conflict_do_update(index_elements=[t.counter.c.name], set_={"next": t.counter.c.next + 1})
        .returning(t.counter.c.next)
    ).scalar_one()
    return number - 1


def _sharing(url_keys: Iterable[str], text_key: str) -> sa.Select[int]:
    k = t.article_key.c
    return sa.select(k.article).where(
        sa.or_(sa.and_(k.kind == "url", k.value.in_(sorted(url_keys))), sa.and_(k.kind == "text", k.value == text_key))
    )


def _taken(connection: sa.Connection, story: Story, judged: Collection[str]) -> bool:
    """Whether an article that was not there when the story was judged shares a key with it by now."""
    sharing = _sharing(story.url_keys, _evidence(story))
    return (
        connection.execute(
            sa.select(t.article.c.number).where(t.article.c.number.in_(sharing), t.article.c.name.not_in(judged))
        ).first()
        is not None
    )


def _evidence(story: Story) -> str:
    """The text key, if the text is enough to know an article by: two teasers of three words prove nothing."""
    return "" if story.article.partial else story.text_key


def _known(connection: sa.Connection, number: int) -> Known:
    row = connection.execute(sa.select(t.article).where(t.article.c.number == number)).one()
    keys = connection.execute(
        sa.select(t.article_key.c.kind, t.article_key.c.value).where(t.article_key.c.article == number)
    ).all()
    return Known(
        name=row.name,
        source=row.source,
        title=row.title,
        text=row.text,
        text_keys=frozenset(key.value for key in keys if key.kind == "text"),
        url_keys=frozenset(key.value for key in keys if key.kind == "url"),
    )


def _row(number: int, name: str, story: Story, sidecar: Mapping[str, Any]) -> dict[str, Any]:
    article = story.article
    return {
        "number": number,
        "name": name,
        "sha256": story.sha256,
        "source": story.source,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "text_key": story.text_key,
        "title": article.title,
        "author": article.author,
        "published_at": article.published_at,
        "date_evidence": article.date_evidence,
        "discovered_at": story.discovered_at,
        "fetched_at": story.fetched_at,
        "language": article.language or story.match.language,
        "text": story.text,
        "score": story.match.score,
        "category": story.match.category,
        "match": matches.dump(story.match),
        "sidecar": sidecar,
        "partial": article.partial,
        "state": "pending",
    }


def _add_keys(ledger: Ledger, connection: sa.Connection, number: int, story: Story) -> None:
    _alias(ledger, connection, number, story.url_keys)
    if _evidence(story):
        _keep(ledger, connection, [{"kind": "text", "value": story.text_key, "article": number}])


def _alias(ledger: Ledger, connection: sa.Connection, number: int, url_keys: Iterable[str]) -> None:
    _keep(ledger, connection, [{"kind": "url", "value": key, "article": number} for key in sorted(url_keys)])


def _keep(ledger: Ledger, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        # A key stays with the article that had it first.
        connection.execute(ledger.insert(t.article_key).on_conflict_do_nothing(), rows)


def _both(connection: sa.Connection, name: str, url_id: int) -> tuple[Any, Any]:
    # The lock keeps two copies that are found at once from losing one another in the sidecar.
    article = connection.execute(sa.select(t.article).where(t.article.c.name == name).with_for_update()).one()
    return article, connection.execute(sa.select(t.url).where(t.url.c.id == url_id)).one()
