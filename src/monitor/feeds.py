"""The newest articles as files beside the queue, for feed readers; those on incidents as feeds of their own."""

from collections.abc import Iterable
from datetime import datetime

from monitor.digest import syndicate
from monitor.ledger import Ledger, digests
from monitor.model import Source
from monitor.queue import Queue

NEWEST = 100
"""So many articles stand in a feed."""
_FEEDS = {"feed": (None, syndicate.TITLE), "incidents": ("incident", f"{syndicate.TITLE}: incidents")}


def publish(ledger: Ledger, queue: Queue, sources: Iterable[Source], *, now: datetime) -> bool:
    """Each feed, in Atom and in JSON, tells of the newest articles that have landed; True when that changed a file.

    Nothing is written before the first article.
    """
    known = {source.id: source for source in sources}
    changed = []
    for name, (category, title) in _FEEDS.items():
        if items := digests.newest(ledger, limit=NEWEST, now=now, sources=known, category=category):
            changed.append(queue.publish(f"{name}.atom", syndicate.atom(items, title=title)))
            changed.append(queue.publish(f"{name}.json", syndicate.json_feed(items, title=title)))
    return any(changed)
