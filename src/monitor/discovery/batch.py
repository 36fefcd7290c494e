"""Batches of pages that go on by scrolling: JSON that wraps mark-up, or that lists articles in a shape of its own.

A batch is plain HTTP like any page; only where its articles and its next batch stand is each site's own idea.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from monitor.discovery import address

_DEEP = 4
_HREF = re.compile(r"<a\b[^>]*\shref", re.IGNORECASE)
_ADDRESSES = ("url", "link", "href", "permalink", "external_url")
_NEXT = re.compile(r"next|more|older", re.IGNORECASE)


class Batch(NamedTuple):
    """What a JSON document holds."""

    html: str = ""
    """Mark-up with links, "" when it wraps none."""
    items: tuple[Mapping[str, Any], ...] = ()
    """Its longest list of things with addresses."""
    following: str | None = None
    """The address that it names as its next batch."""


def unwrapped(text: str, *, url: str) -> Batch | None:
    """What the JSON document at `url` holds, perhaps nothing: the last batch does. None when it is no JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    html, items, following = "", list[Mapping[str, Any]](), None
    for name, value in _members(data, _DEEP):
        if isinstance(value, str):
            if len(value) > len(html) and _HREF.search(value):
                html = value
            elif following is None and _NEXT.search(name) and ("/" in value or "?" in value):
                following = address.absolute(url, value)
        elif isinstance(value, list):
            listed = [item for item in value if isinstance(item, Mapping) and any(item.get(key) for key in _ADDRESSES)]
            items = max(items, listed, key=len)
    if following is not None and not address.same_site(following, url):
        following = None
    return Batch(html=html, items=tuple(items), following=following)


def _members(data: object, deep: int) -> Iterator[tuple[str, object]]:
    """Name and value of everything in the document but in the lists of articles, the outer ones first."""
    if isinstance(data, list):
        yield "", data
        return
    if not isinstance(data, Mapping):
        return
    yield from data.items()
    if deep > 1:
        for value in data.values():
            if isinstance(value, Mapping):
                yield from _members(value, deep - 1)
