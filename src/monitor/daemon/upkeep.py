"""Keeping the house: what grows without end is cut back, and the ledger's file is kept in shape."""

from datetime import datetime, timedelta

from monitor import logs
from monitor.config import Config
from monitor.home import Home
from monitor.ledger import Ledger, prune

log = logs.logger(__name__)

_OLD_MAIL = timedelta(days=30)


def keep(ledger: Ledger, home: Home, config: Config, *, now: datetime) -> None:
    """What is older than the settings keep is gone from history; articles and URLs are never pruned.

    The memory of what was seen must not end: a feed may come back with last year's items.
    """
    days = config.upkeep.history_days
    if days:
        gone = prune.history(ledger, before=now - timedelta(days=days))
        if gone:
            log.info("history cut back", rows=gone)
    prune.optimise(ledger)
    for file in home.outbox.glob("*.eml"):
        if file.stat().st_mtime < (now - _OLD_MAIL).timestamp():
            file.unlink(missing_ok=True)
