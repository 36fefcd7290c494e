"""One local day as the digest sees it: its bounds in time, its items and the state of the sources."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Hit

CATEGORIES = (
    "incident",
    "victim-statistics",
    "clearance",
    "policy",
    "risk-education",
    "court",
    "aid",
    "ied",
    "naval",
    "other",
)
"""The classes of articles, the most severe first: the order of blocks and sections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another address that carries the same article."""

    url: str
    source_name: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article of the day."""

    name: str
    """The queue name."""
    url: str
    title: str
    language: str | None
    source: str
    source_name: str
    country: str
    category: str
    score: float
    published_at: datetime | None
    seen_at: datetime
    """When it landed in the queue."""
    hits: tuple[Hit, ...] = ()
    copies: tuple[Copy, ...] = ()
    updated_at: datetime | None = None
    """When its text changed after it had landed; such an item may stand in a later digest as an update."""
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How one enabled source is doing at the end of the day."""

    id: str
    name: str
    status: str
    """ok, or what ails it: unvisited, failing, blocked, empty, frozen, silent, shrunk, overflow."""
    since: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """The volume of one day, for the chart."""

    day: date
    articles: int
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that one digest is composed from."""

    digest: str
    """The name of the digest."""
    day: date
    zone: str
    start: datetime
    end: datetime
    items: tuple[Item, ...] = ()
    updates: tuple[Item, ...] = ()
    """Articles of earlier digests whose text has changed since."""
    sources: tuple[SourceState, ...] = ()
    recovered: tuple[str, ...] = ()
    """Names of sources that failed in the digest before and are well again."""
    history: tuple[DayCount, ...] = ()
    """Fourteen days, the oldest first, this day last."""
    discovered: int = 0
    """URLs that all sources announced in this day."""
    notes: tuple[str, ...] = ()
    """Sentences the reader must see: an earlier digest that was never delivered, articles found late."""


def end_of(day: date, *, zone: str) -> datetime:
    """The first instant after the local day, aware, in UTC; right on days of 23, 24 and 25 hours."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    # A midnight that a clock change skips does not exist; on the way to UTC it becomes the first instant after the gap.
    return midnight.astimezone(UTC)


def due_day(now: datetime, *, zone: str, at: time) -> date:
    """The latest local day whose digest is due: yesterday once the clock shows `at`, the day before until then."""
    local = now.astimezone(ZoneInfo(zone))
    reached = local.timetz().replace(tzinfo=None) >= at
    return local.date() - timedelta(days=1 if reached else 2)
