"""Lists that are grouped by day: "24 November 2026", and below it the links of that day with no date of their own."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from lxml.html import HtmlElement

from monitor.discovery import moment

_LONGEST = 60
_MOST = 200
_TITLES = {"h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "caption", "summary", "legend"}
_ELSEWHERE = {"header", "nav", "footer", "aside", "script", "style", "template", "noscript", "select"}
"""Where a day is the site's clock, a menu's or an archive calendar's."""
_LIKELY = re.compile(r"\d{4}|\d\d?[./-]\d\d?\b|[۰-۹٠-٩]{4}")
_WORD = 14
"""Letters: "today" and "yesterday" in any of the languages are no longer; they are asked about in titles only."""


class _Mark(NamedTuple):
    """A heading (day) or a link (url) at its place on the page."""

    at: int
    day: date | None = None
    url: str = ""


def days(
    tree: HtmlElement, links: Mapping[str, HtmlElement], cards: Iterable[HtmlElement], *, zone: str, now: datetime
) -> dict[str, date]:
    """For each address the day whose heading it stands under, where the page is grouped by days.

    links: the link of each address; cards: the elements that belong to one link alone, whose dates are no headings.
    """
    places = {node: number for number, node in enumerate(tree.iter())}
    over = {above for node in links.values() for above in node.iterancestors()}
    own = set(cards) | set(links.values())
    scopes: dict[HtmlElement, list[tuple[HtmlElement, date]]] = defaultdict(list)
    for node in list(_candidates(tree, over=over, own=own))[:_MOST]:
        named = moment.day(node.text_content(), zone=zone, now=now)
        scope = next((above for above in node.iterancestors() if above in over), None)
        if named and scope is not None:
            scopes[scope].append((node, named))
    found: dict[str, date] = {}
    # An inner group outranks the one around it.
    for scope in sorted(scopes, key=lambda one: sum(1 for _ in one.iterancestors())):
        if _is_series(scope, scopes[scope]):
            inside = [_Mark(at=places[node], url=url) for url, node in links.items() if scope in node.iterancestors()]
            headings = [_Mark(at=places[node], day=named) for node, named in scopes[scope]]
            found |= _under(sorted([*inside, *headings]))
    return found


def _candidates(
    tree: HtmlElement, *, over: Container[HtmlElement], own: Container[HtmlElement]
) -> Iterator[HtmlElement]:
    """The innermost elements outside of all cards whose whole text may be a day."""
    for node in tree.iter():
        if not isinstance(node.tag, str) or node in over or len(node) > 3:
            continue
        text = node.text_content().strip()
        likely = _LIKELY.search(text) or (len(text) <= _WORD and _titled(node))
        if not text or len(text) > _LONGEST or not likely:
            continue
        if any((child.text_content() or "").strip() == text for child in node):
            continue
        if not any(above.tag in _ELSEWHERE or above in own for above in (node, *node.iterancestors())):
            yield node


def _titled(node: HtmlElement) -> bool:
    return any(above.tag in _TITLES for above in (node, *list(node.iterancestors())[:2]))


def _is_series(scope: HtmlElement, headings: list[tuple[HtmlElement, date]]) -> bool:
    """Whether days head groups there: several in order, or a single one that is a title. A lone day is a clock."""
    told = [named for _, named in headings]
    if len(set(told)) == 1:
        return scope.tag != "html" and all(_titled(node) for node, _ in headings)
    falling = all(earlier >= later for earlier, later in pairwise(told))
    return falling or all(earlier <= later for earlier, later in pairwise(told))


def _under(marks: list[_Mark]) -> dict[str, date]:
    """The day of each link: of the heading before it; of the one behind where each link is followed by its own."""
    kinds = [mark.day is not None for mark in marks]
    if kinds and not kinds[0] and all(one != other for one, other in pairwise(kinds)):
        return {link.url: stamp.day for link, stamp in pairwise(marks) if link.url and stamp.day}
    found: dict[str, date] = {}
    current: date | None = None
    for mark in marks:
        current = mark.day or current
        if mark.url and current:
            found[mark.url] = current
    return found
