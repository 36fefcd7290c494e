"""The plain forms of stamps: ISO, RFC 822, numbers day first, English and Solar Hijri month names."""

import re
from datetime import datetime, timedelta, tzinfo

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
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_MONTH_FIRST = r"[^\W\d]+\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+"
_DAY_FIRST = r"\d{1,2}(?:[./-]\d{1,2}[./-]|[\s.-]+[^\W\d]+\.?\s*,?\s+)"
_CORE = re.compile(rf"(?:\b{_CLOCK}{_GAP})?\b(?:{_DAY_FIRST}|{_MONTH_FIRST})\d{{4}}(?!\d)(?:{_GAP}{_CLOCK}\b)?")


def find(text: str) -> re.Match[str] | None:
    """The whole text as one of the plain forms, for `moment`."""
    return next((found for form in _FORMS if (found := form.fullmatch(text))), None)


def core(text: str) -> str | None:
    """The stamp that stands among other words: "Tarix: 22 Sentyabr 2023, 14:08 / Oxunub 342"."""
    found = _CORE.search(text)
    return found[0] if found else None


def moment(found: re.Match[str], tz: tzinfo) -> datetime:
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
