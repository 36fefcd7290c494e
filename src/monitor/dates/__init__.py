"""Stamps as feeds, pages, addresses and operators write them, as aware UTC.

Day first always. The plain forms are read in microseconds; dateparser, which knows the month names, is asked only for
what is left.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.dates import forms, words, zones
from monitor.errors import UsageError
from monitor.text import line

_LONGEST = 100
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
# 2026-cı il 24 noyabr, 2026 թ. նոյեմբերի 24
_YEAR_FIRST = re.compile(r"(\d{4})(?:-c[ıiuü]\s+il|\s*թ\.?|\s*წლის)\s+(.+)", re.IGNORECASE)
_ZONE_ID = re.compile(r"\[\w+/\w+\]$")
_FRACTION = re.compile(r"(?<=\d:\d\d:\d\d)[.,]\d+")


def parse(text: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment a stamp names; None when it names none, half of one, or an implausible one.

    zone is the IANA zone that counts when the stamp names none. Days without a time begin at midnight there.
    A stamp without a year is settled only by a weekday that fits its last occurrence. Never raises for any text.
    """
    at = local(text, zone=zone, now=now)
    return at.astimezone(UTC) if at else None


def local(text: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment that `parse` reads, in the zone that the stamp names, so that its day is the day that was written.

    A stamp in UTC says nothing of the place and is given in zone, as is one without a zone.
    """
    if len(text) > 4 * _LONGEST:
        return None
    text = _digits(line(text).strip(" .,;|()#"))
    if not 3 <= len(text) <= _LONGEST:
        return None
    try:
        at = _epoch(text) or _read(text, zone=ZoneInfo(zone), now=now)
        if at is None or not plausible(at, now=now):
            return None
        return at if at.utcoffset() else at.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):  # 31 February, 25:61, year 0
        return None


def plausible(at: datetime, *, now: datetime) -> bool:
    """True when an article can have been published then: not before 1995 and not more than 24 hours from now."""
    return _EARLIEST <= at <= now + timedelta(hours=24)


_IN_URL = (
    re.compile(r"/(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)\d{0,3}(?=[-_/.?]|$)"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?=[-_/.?]|$)"),
    re.compile(r"[/_-](?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?=[-_/.?]|$)"),
    re.compile(r"[/_-](?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[-_/.?]|$)"),
    re.compile(r"/(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>(?:20)?\d\d)(?=[-_/?]|$)"),
)


def from_url(url: str, *, zone: str) -> datetime | None:
    """The day or second that an address carries, as /2024/05/06/ or /20250730111443522-… do, or None."""
    for pattern in _IN_URL:
        if found := pattern.search(url[:2083]):
            try:
                return forms.moment(found, ZoneInfo(zone)).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
    return None


_AGO = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>[hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def when(text: str, *, zone: str, now: datetime, past: bool = False) -> datetime:
    """The moment an operator names: 2d or 36h before now, 2026-11-01 or an ISO date-time, in zone when it names none.

    UsageError when it is none of these, or, with past, when it lies after now.
    """
    remedy = "give 2d, 36h, 2026-11-01 or 2026-11-01T08:00+04:00"
    try:
        if ago := _AGO.fullmatch(text.strip().lower()):
            at = now - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
        else:
            at = datetime.fromisoformat(text.strip())
            at = at.replace(tzinfo=at.tzinfo or ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no moment; {remedy}") from None
    if past and at > now:
        raise UsageError(f"{text!r} lies in the future ({at:%Y-%m-%d %H:%M} UTC); {remedy}")
    return at


def _digits(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _epoch(text: str) -> datetime | None:
    if not text.isdecimal() or len(text) not in (9, 10, 13):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)


def _read(text: str, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    whole, own = zones.cut(_FRACTION.sub("", _ZONE_ID.sub("", _YEAR_FIRST.sub(r"\2 \1", text))))
    tz = own or zone
    if found := forms.find(whole):
        return forms.moment(found, tz)
    if at := words.read(whole, tz, now):
        return at
    core = forms.core(whole)
    return _read(core, zone=zone, now=now) if core and core != text else None
