"""Stamps of channels → the moment that `--since` may go by."""

import re
from datetime import datetime, timedelta

from monitor import dates

_CLOCK = re.compile(r"\d\s*[:.]\s*\d\d(?![\d.])|T\d\d|^\d+$")
_DAY = timedelta(days=1, seconds=-1)


def read(*stamps: str | None, zone: str, now: datetime) -> datetime | None:
    """The moment of the first stamp that names one; one that names a day only stands for the end of that day, or now.

    Its beginning would put an article of this afternoon before a `--since` of this morning, and lose it.
    """
    for stamp in stamps:
        if stamp and (at := dates.parse(stamp, zone=zone, now=now)):
            return at if _CLOCK.search(stamp) else _end(at, now)
    return None


def in_url(url: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment that the address itself names, by the same rule; None when that cannot be."""
    at = dates.from_url(url, zone=zone)
    if not at or not dates.plausible(at, now=now):
        return None
    return at if at.second or at.minute else _end(at, now)


def _end(at: datetime, now: datetime) -> datetime:
    return max(at, min(at + _DAY, now))
