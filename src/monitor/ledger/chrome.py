"""Which text blocks recur on the pages of a source: what recurs is not the article.

Only pages about something else than mines are counted. An outlet pastes the same background under every mine story
("since 2020 …"); that recurs too, but on mine pages only, and belongs to the article.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from monitor.ledger import schema as t
from monitor.ledger.store import Ledger

PAGES = 3
"""On so many pages a block must have stood; two may be a story and its update."""
SHARE = 0.2
"""And on this share of the pages since it was first seen; a section's box is not on every page."""
MEMORY = 100
"""A block that was on none of so many pages is forgotten: "Most read" changes by the hour."""


def pages(ledger: Ledger, source: str) -> int:
    """How many pages of the source have been learned from."""
    with ledger.read() as connection:
        return _pages(connection, source)


def learned(ledger: Ledger, source: str, *, before: datetime) -> frozenset[str]:
    """The keys of the blocks that are chrome on this source, as far as they stood there before that moment.

    Give the moment at which the article was announced: what appeared on other pages after it may be its own teaser
    among the most read, and what of its lead stands there must stay in the article.
    """
    b = t.block.c
    with ledger.read() as connection:
        now = _pages(connection, source)
        keys = connection.execute(
            sa.select(b.key).where(
                b.source == source,
                b.first_at < before,
                b.pages >= PAGES,
                b.pages >= SHARE * (now - b.first_page + 1),
            )
        ).scalars()
        return frozenset(keys)


def observe(ledger: Ledger, *, source: str, blocks: Iterable[str], now: datetime) -> None:
    """One more page of the source, which was no mine story, has been learned from."""
    keys = sorted(set(blocks))
    if not keys:
        return
    learning, block = ledger.insert(t.learning), ledger.insert(t.block)
    with ledger.write() as connection:
        number = connection.execute(
            learning.values(source=source, pages=1)
            .on_conflict_do_update(index_elements=[t.learning.c.source], set_={"pages": t.learning.c.pages + 1})
            .returning(t.learning.c.pages)
        ).scalar_one()
        connection.execute(
            block.on_conflict_do_update(
                index_elements=[t.block.c.source, t.block.c.key],
                set_={"pages": t.block.c.pages + 1, "last_page": number},
            ),
            [
                {
                    "source": source,
                    "key": key,
                    "pages": 1,
                    "first_at": now,
                    "first_page": number,
                    "last_page": number,
                }
                for key in keys
            ],
        )
        connection.execute(sa.delete(t.block).where(t.block.c.source == source, t.block.c.last_page <= number - MEMORY))


def _pages(connection: sa.Connection, source: str) -> int:
    return (
        connection.execute(sa.select(t.learning.c.pages).where(t.learning.c.source == source)).scalar_one_or_none() or 0
    )
