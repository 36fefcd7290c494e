"""Stamps as feeds, pages, addresses and operators write them, as aware UTC.

Day first always. The plain forms are read here in microseconds. dateparser knows the month names; it is asked only for
what is left, with the languages that the script allows (asked about all languages it takes up to a second to say no).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.errors import UsageError
from monitor.text import line

_LONGEST = 100
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)

_TIME = r"(?P<h>\d{1,2})[:.](?P<mi>\d{2})(?:[:.](?P<s>\d{2}))?(?:\s*(?P<half>[ap])\.?m\.?)?"
_GAP = r"[\s,;|/–—-]+(?:(?:at|saat|в|о|об|ժամը|ساعت|الساعة)\s+)?"
_DAY = r"(?:[^\W\d]{2,12}\.?,?\s+)?(?P<d>\d{1,2})"  # after a weekday or not
_ENGLISH = ["january", "february", "march", "april", "may", "june"]
_ENGLISH += ["july", "august", "september", "october", "november", "december"]
_JALALI = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_NAMES = "sept|" + "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _ENGLISH)


def _forms(day: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"{day}(?:(?:T|{_GAP}){_TIME})?", re.IGNORECASE), re.compile(
        rf"{_TIME}{_GAP}{day}", re.IGNORECASE
    )


_FORMS = (
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:T?(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)?\d{0,3})?"),
    *_forms(rf"{_DAY}[\s-]+(?P<name>{_NAMES})\.?\s*,?[\s-]+(?P<y>\d{{4}}|\d\d)"),
    *_forms(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"),
    *_forms(r"(?P<d>\d{1,2})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d)"),
    *_forms(rf"{_DAY}\s+(?P<name>{'|'.join(_JALALI)})(?:\s+ماه)?\s*,?\s+(?P<y>1[34]\d\d)"),
)
# A stamp among other words: "Tarix: 22 Sentyabr 2023, 14:08 / Oxunub 342".
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_MONTH_FIRST = r"[^\W\d]+\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+"
_DAY_FIRST = r"\d{1,2}(?:[./-]\d{1,2}[./-]|[\s.-]+[^\W\d]+\.?\s*,?\s+)"
_CORE = re.compile(rf"(?:\b{_CLOCK}{_GAP})?\b(?:{_DAY_FIRST}|{_MONTH_FIRST})\d{{4}}(?!\d)(?:{_GAP}{_CLOCK}\b)?")
# 2026-cı il 24 noyabr, 2026 թ. նոյեմբերի 24
_YEAR_FIRST = re.compile(r"(\d{4})(?:-c[ıiuü]\s+il|\s*թ\.?|\s*წლის)\s+(.+)", re.IGNORECASE)
_ZONE_ID = re.compile(r"\[\w+/\w+\]$")
_TWICE = re.compile(r"(\w+)\s*[/(]\s*\1\)?")
_FRACTION = re.compile(r"(?<=\d:\d\d:\d\d)[.,]\d+")

_ZONE_NAMES = {
    name: timezone(timedelta(minutes=minutes))
    for names, minutes in {
        "Z UT UTC GMT WET": 0,
        "CET BST WEST": 60,
        "EET CEST": 120,
        "MSK TRT EEST AST": 180,
        "IRST": 210,
        "AZT AMT GET SAMT GST": 240,
        "AZST": 300,
        "EST CDT": -300,
        "EDT": -240,
        "CST MDT": -360,
        "MST PDT": -420,
        "PST": -480,
    }.items()
    for name in names.split()
}
_NAME = "|".join(sorted(_ZONE_NAMES, key=len, reverse=True))
_OFFSET = r"(?P<sign{0}>[+\-−])(?P<zh{0}>\d{{1,2}})(?::?(?P<zm{0}>\d\d))?"
# An offset without "UTC" counts only after a time: the end of 2026-11-23 is a day.
_ZONE = re.compile(
    rf"(?:(?:\b|\(|(?<=\d))(?:UTC|GMT)\s*{_OFFSET.format(1)}|(?<=:\d\d)\s*\(?{_OFFSET.format(2)}|(?:\b|(?<=\d))(?P<name>{_NAME}))"
    rf"(?:\s*\(?(?:{_NAME})\)?)?\)?$",
    re.IGNORECASE,
)

# Words that dateparser does not know, in words that it does.
_SAME = {
    "كانون الثاني": "يناير",
    "شباط": "فبراير",
    "آذار": "مارس",
    "نيسان": "أبريل",
    "أيار": "مايو",
    "حزيران": "يونيو",
    "تموز": "يوليو",
    "آب": "أغسطس",
    "أيلول": "سبتمبر",
    "تشرين الأول": "أكتوبر",
    "تشرين الثاني": "نوفمبر",
    "كانون الأول": "ديسمبر",
    "əvvəl": "önce",
    "öncə": "önce",
    "dəqiqə": "dakika",
    "dəq": "dakika",
}
_SAME_WORDS = re.compile(r"(?<!\w)(?:" + "|".join(_SAME) + r")(?!\w)", re.IGNORECASE)
_BUDDHIST = re.compile(r"\b25\d\d\b")
_SCRIPTS = (
    (re.compile("[\u0530-\u058f]"), ("hy",)),
    (re.compile("[\u10a0-\u10ff\u1c90-\u1cbf]"), ("ka",)),
    (re.compile("[پچژگکی]"), ("fa",)),
    (re.compile("[\u0600-\u06ff]"), ("ar", "fa")),
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk")),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
    (re.compile("[A-Za-z]"), ("en", "az", "tr")),
)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s", re.IGNORECASE)


def parse(text: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment a stamp names; None when it names none, half of one, or an implausible one.

    zone is the IANA zone that counts when the stamp names none. Days without a time begin at midnight there.
    A stamp without a year is settled only by a weekday that fits its last occurrence. Never raises for any text.
    """
    if len(text) > 4 * _LONGEST:
        return None
    text = _digits(line(text).strip(" .,;|()#"))
    if not 3 <= len(text) <= _LONGEST:
        return None
    try:
        found = _epoch(text) or _read(text, zone=ZoneInfo(zone), now=now)
        at = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):  # 31 February, 25:61, year 0
        return None
    return at if at and plausible(at, now=now) else None


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
                return _moment(found, ZoneInfo(zone)).astimezone(UTC)
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
    whole, own = _cut_zone(_FRACTION.sub("", _ZONE_ID.sub("", _YEAR_FIRST.sub(r"\2 \1", text))))
    tz = own or zone
    if found := next((found for form in _FORMS if (found := form.fullmatch(whole))), None):
        return _moment(found, tz)
    if at := _named(whole, tz, now):
        return at
    core = _CORE.search(whole)
    return _read(core[0], zone=zone, now=now) if core and core[0] != text else None


def _cut_zone(text: str) -> tuple[str, timezone | None]:
    found = _ZONE.search(text)
    if not found:
        return text, None
    rest = text[: found.start()].strip(" ,(")
    if name := found["name"]:
        return rest, _ZONE_NAMES[name.upper()]
    sign, hours, minutes = found.group("sign1", "zh1", "zm1") if found["sign1"] else found.group("sign2", "zh2", "zm2")
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return rest, timezone(offset if sign == "+" else -offset)


def _moment(found: re.Match[str], tz: tzinfo) -> datetime:
    """The moment of the groups y, m or name, d, h, mi, s, half; ValueError when there is no such day or time."""
    part = found.groupdict()
    day = _day(_year(part["y"]), int(part["m"]) if part.get("m") else _month(part["name"]), int(part["d"]))
    hour, minute, second = (int(part.get(k) or 0) for k in ("h", "mi", "s"))
    if half := part.get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if minute > 59 or hour > 24:
        raise ValueError(f"no such time: {hour}:{minute}")
    # 24:00 and leap seconds are written; both mean the moment after.
    return (day + timedelta(hours=hour, minutes=minute, seconds=min(second, 60))).replace(tzinfo=tz)


def _day(year: int, month: int, day: int) -> datetime:
    """The day, naive: Gregorian, Buddhist or Solar Hijri by its year; month first only when nothing else fits."""
    if 1300 <= year < 1500:
        return _jalali(year, month, day)
    if 2440 <= year < 2700:
        year -= 543
    month, day = (day, month) if month > 12 >= day else (month, day)
    return datetime(year, month, day)  # noqa: DTZ001 - the caller sets the zone


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 70 else 1900)


def _month(name: str) -> int:
    if name in _JALALI:
        return _JALALI.index(name) + 1
    return next(number for number, full in enumerate(_ENGLISH, 1) if full.startswith(name.lower()[:3]))


def _jalali(year: int, month: int, day: int) -> datetime:
    """The Gregorian day of a Solar Hijri one, by the 33-year leap cycle (exact from 1210 to 1498)."""
    if not (1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        raise ValueError("no such day")
    y = year + 1595
    before = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return datetime.min + timedelta(days=365 * y + y // 33 * 8 + (y % 33 + 3) // 4 + before + day - 356034)  # noqa: DTZ901 - counted from


def _named(text: str, tz: tzinfo, now: datetime) -> datetime | None:
    languages = next((langs for script, langs in _SCRIPTS if script.search(text)), None)
    if not languages:
        return None
    # Arabic months are often given in both of their names.
    text = _TWICE.sub(r"\1", _SAME_WORDS.sub(lambda found: _SAME[found[0].lower()], text))
    if languages == ("th",):
        text = _BUDDHIST.sub(lambda found: str(int(found[0]) - 543), text)
    local = now.astimezone(tz).replace(tzinfo=None)
    at = _ask(text, languages, local)
    if at is None and _WEEKDAY.match(text):
        at = _settled_by_weekday(text, languages, local)
    return at.replace(tzinfo=at.tzinfo or tz) if at else None


def _settled_by_weekday(text: str, languages: tuple[str, ...], local: datetime) -> datetime | None:
    for year in (local.year, local.year - 1):
        at = _ask(f"{text} {year}", languages, local)
        if (
            at
            and at.replace(tzinfo=None) <= local + timedelta(hours=24)
            and at.strftime("%a").lower() == text[:3].lower()
        ):
            return at
    return None


def _ask(text: str, languages: tuple[str, ...], local: datetime) -> datetime | None:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - 0.15 s that commands without dates need not pay

    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_LOCALE_DATE_ORDER": False,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RELATIVE_BASE": local,
    }
    return (
        DateDataParser(languages=list(languages), settings=settings, use_given_order=True).get_date_data(text).date_obj
    )
