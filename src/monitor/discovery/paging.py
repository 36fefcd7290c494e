"""Where a channel begins, which page follows, and when to stop.

Addresses in the catalogue may hold places:

{yyyy} {mm} {dd}   an archive page for each day (or month, or year) of the range
{query}            a search page for each of the words that the channel's language searches for
{page}             pages numbered from 1
{offset}           batches by the number of articles before them, from 0
"""

import re
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.discovery.document import Document
from monitor.model import Channel, Source

# What sites are asked for where they can be searched. Single words: most searches know no operators.
_WORDS = {
    "en": ("landmine", "demining", "ANAMA"),
    "az": ("mina", "minaya", "ANAMA"),
    "ru": ("мина", "мине", "разминирование"),
    "hy": ("ական", "ականազերծում"),
    "ka": ("ნაღმი", "განაღმვა"),
    "tr": ("mayın", "mayına"),
    "uk": ("міна", "міні", "розмінування"),
    "fa": ("مین",),
    "ar": ("لغم", "ألغام"),
}
_MOST_DAYS = 400
_PLACE = re.compile(r"\{(yyyy|mm|dd|query|page|offset)\}")


def starts(
    channel: Channel, *, source: Source, now: datetime, since: datetime | None = None, until: datetime | None = None
) -> tuple[str, ...]:
    """The addresses that a visit to the channel begins with: its own, or those that its places stand for, newest first.

    Without `since` an archive is asked for today and yesterday. More than 400 days are cut to the newest 400.
    """
    found: list[str] = [channel.url.replace("{page}", "1").replace("{offset}", "0")]
    if "{query}" in channel.url:
        words = _WORDS.get(channel.language or source.languages[0], _WORDS["en"])
        found = [url.replace("{query}", quote(word)) for url in found for word in words]
    if any(place in channel.url for place in ("{yyyy}", "{mm}", "{dd}")):
        first = since or now - timedelta(days=1)
        days = list(_days(first, min(until or now, now), zone=source.timezone))
        found = [_on(url, day) for url in found for day in days]
    return tuple(dict.fromkeys(found))


def following(template: str, url: str, *, held: int = 0) -> str | None:
    """The page after url in a series that the template numbers with {page} or {offset}; None when it does not.

    held: the articles on the page at url, so many of which the next one leaves out.
    """
    if "{page}" not in template and "{offset}" not in template:
        return None
    parts = [f"(?P<{place}{n}>.+?)" if n % 2 else re.escape(place) for n, place in enumerate(_PLACE.split(template))]
    found = re.fullmatch("".join(parts), url)
    if not found:
        return None
    number = next(name for name in found.groupdict() if name.startswith(("page", "offset")))
    step = 1 if number.startswith("page") else held
    if not found[number].isdecimal() or not step:
        return None
    return f"{url[: found.start(number)]}{int(found[number]) + step}{url[found.end(number) :]}"


def goes_on(document: Document, *, since: datetime | None, seen: Container[str] = ()) -> bool:
    """True when the page after this one may hold articles of the range; seen: addresses that earlier pages held.

    A page that holds nothing unseen ends the series (a trap, or the last page over and over), and so does one that is
    mostly older than since. A pinned old story does not, and undated entries never do.
    """
    if since is not None and document.known:
        # The items that were skipped say only how far back they reach.
        return document.oldest is None or document.oldest >= since
    fresh = [entry for entry in document.entries if entry.url not in seen]
    if since is None or not fresh:
        return False
    older = [entry.published_at < since for entry in fresh if entry.published_at]
    return sum(older) * 2 <= len(older)


def _days(since: datetime, until: datetime, *, zone: str) -> Iterator[datetime]:
    day = until.astimezone(ZoneInfo(zone))
    first = max(since, until - timedelta(days=_MOST_DAYS)).astimezone(ZoneInfo(zone)).date()
    while day.date() >= first:
        yield day
        day -= timedelta(days=1)


def _on(url: str, day: datetime) -> str:
    return url.replace("{yyyy}", f"{day:%Y}").replace("{mm}", f"{day:%m}").replace("{dd}", f"{day:%d}")
