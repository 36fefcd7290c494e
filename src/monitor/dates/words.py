"""Stamps with month names, "yesterday" and "three hours ago" in the languages of the region, by dateparser."""

import re
from datetime import datetime, timedelta, tzinfo

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
_TWICE = re.compile(r"(\w+)\s*[/(]\s*\1\)?")
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


def read(text: str, tz: tzinfo, now: datetime) -> datetime | None:
    """The moment that the words name, by now where they are relative; None when they name none.

    dateparser is asked with the languages that the script allows: asked about all, it takes up to a second to say no.
    """
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
