"""What a channel's document says: entries, and further documents of the same channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A further document of the same channel: a sitemap of an index, or the next page of a listing or feed."""

    url: str
    changed_at: datetime | None = None
    """Nothing in that document is newer than this, when it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed, sitemap or listing page as read."""

    entries: tuple[Entry, ...] = ()
    follow: tuple[Follow, ...] = ()
    title: str | None = None
    language: str | None = None
    problem: str | None = None
    """"empty" when a channel that should hold entries holds none; else a remark for a person."""
    whole: bool = True
    """False when the document breaks off: with its validators kept, the rest would never be asked for."""
    keys: frozenset[str] = frozenset()
    """A key for each item of the document, read or not; items whose key is given back as `known` are skipped."""
    known: int = 0
    """Items skipped because their keys were known."""
    oldest: datetime | None = None
    """The earliest date of any item, skipped ones included as far as they say."""
    fresh_for: timedelta | None = None
    """How long the document says that it stays as it is (`ttl`, `sy:updatePeriod`)."""
