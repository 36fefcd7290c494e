"""The zone at the end of a stamp: +04:00, (UTC +04:00), MSK."""

import re
from datetime import timedelta, timezone

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


def cut(text: str) -> tuple[str, timezone | None]:
    """The text without its zone, and the zone when it names one."""
    found = _ZONE.search(text)
    if not found:
        return text, None
    rest = text[: found.start()].strip(" ,(")
    if name := found["name"]:
        return rest, _ZONE_NAMES[name.upper()]
    sign, hours, minutes = found.group("sign1", "zh1", "zm1") if found["sign1"] else found.group("sign2", "zh2", "zm2")
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return rest, timezone(offset if sign == "+" else -offset)
