"""The newest articles as files beside the queue, for feed readers: `feed.atom` and `feed.json`."""

from collections.abc import Iterable
from datetime import datetime

from monitor.digest import syndicate
from monitor.ledger import Ledger, digests
from monitor.model import Source
from monitor.queue import Queue

NEWEST = 100
"""So many articles stand in the feeds."""


def publish(ledger: Ledger, queue: Queue, sources: Iterable[Source], *, now: datetime) -> bool:
    """Both feeds tell of the newest articles that have landed; True when that changed a file.

    Nothing is written before the first article.
    """
    items = digests.newest(ledger, limit=NEWEST, now=now, sources={source.id: source for source in sources})
    if not items:
        return False
    changed = [
        queue.publish("feed.atom", syndicate.atom(items)),
        queue.publish("feed.json", syndicate.json_feed(items)),
    ]
    return any(changed)
