"""Stamps of channels → the moment that `--since` may go by."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor import dates

_CLOCK = re.compile(r"\d\s*[:.]\s*\d\d(?![\d.])|T\d\d|^\d+$")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_DAY = timedelta(days=1, seconds=-1)


def read(*stamps: str | None, zone: str, now: datetime) -> datetime | None:
    """The moment of the first stamp that names one; one that names a day only stands for the end of that day, or now.

    Its beginning would put an article of this afternoon before a `--since` of this morning, and lose it.
    """
    for stamp in stamps:
        if stamp and (at := dates.parse(stamp, zone=zone, now=now)):
            return at if _CLOCK.search(stamp) else _end(at, now)
    return None


def day(text: str, *, zone: str, now: datetime) -> date | None:
    """The day that a text names which names no time, where the source is; None when it is none."""
    if _CLOCK.search(text):
        return None
    at = dates.local(text, zone=zone, now=now)
    # "Today" is a moment in UTC to whoever reads it, and a day to whoever writes it.
    return at.date() if at else None


def on(named: date, *clocks: str, zone: str, now: datetime) -> datetime:
    """The moment on a day of the first text that is a time alone, as 14:35; without one the end of the day, or now."""
    begin = datetime.combine(named, time(), ZoneInfo(zone))
    for text in clocks:
        if found := _TIME.fullmatch(text.strip()):
            at = begin + timedelta(hours=int(found[1]), minutes=int(found[2]))
            if at <= now:
                return at.astimezone(UTC)
    return _end(begin.astimezone(UTC), now)


def in_url(url: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment that the address itself names, by the same rule; None when that cannot be."""
    at = dates.from_url(url, zone=zone)
    if not at or not dates.plausible(at, now=now):
        return None
    return at if at.second or at.minute else _end(at, now)


def _end(at: datetime, now: datetime) -> datetime:
    return max(at, min(at + _DAY, now))
