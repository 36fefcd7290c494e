"""What all visits of one crawl share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor import clock
from monitor.crawl.manners import Manners
from monitor.crawl.robots import Robots
from monitor.ledger import Ledger
from monitor.ledger.urls import Due
from monitor.model import Outcome, Page, Progress, Source

LEASE = timedelta(minutes=10)
"""How long a source stays leased without a sign of life; longer than any single request may take."""


class Verdict(Protocol):
    """What became of a page."""

    @property
    def outcome(self) -> Outcome:
        """Where its URL has ended."""

    @property
    def reason(self) -> str | None:
        """Why."""

    @property
    def name(self) -> str | None:
        """The queue file's name, when one was made."""


class Taker(Protocol):
    """Takes pages in: the intake, as a visit knows it."""

    async def page(self, *, run: int, source: Source, due: Due, page: Page, now: datetime) -> Verdict:
        """The page's URL is settled."""

    def recover(self, *, now: datetime) -> tuple[str, ...]:
        """What was promised to the queue before is there."""


@dataclass(slots=True)
class Allowance:
    """How many pages may still be fetched."""

    left: int

    def take(self) -> bool:
        """Whether one more may be fetched; it is counted."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What all visits of one crawl share: one set of manners, one ledger, one range of dates."""

    run: int
    holder: str
    """Who leases the sources."""
    ledger: Ledger
    manners: Manners
    robots: Robots
    seats: asyncio.Semaphore
    """As many visits as may go on at once; taken when a source has answered, so that silent ones hold none."""
    intake: Taker | None = None
    """None: pages are not fetched (a dry run)."""
    since: datetime | None = None
    until: datetime | None = None
    pages: Allowance = field(default_factory=lambda: Allowance(10**9))
    max_pages: int = 200
    """Pages a visit."""
    max_bytes: int = 10_485_760
    """Bytes a page; documents of channels may have five times as many."""
    items: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Source and address of a feed → the items that it held the last time."""
    tell: Callable[[Progress], None] = lambda _: None
    now: Callable[[], datetime] = clock.now
