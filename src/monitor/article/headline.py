"""The headline: what the page shows above its text, confirmed by what its head claims, without the outlet's name."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.article import jsonld
from monitor.article.evidence import Evidence
from monitor.text import line

_SEPARATOR = re.compile(r"\s+(?:[|¦•·»«›—–/:-]|::|\|\||-{2,}|>>|\.{3})\s+|\s*[|¦]\s*|\s+»\s*")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def key(text: str | None) -> str:
    """The text as compared with others: casefolded words only."""
    return " ".join(_WORD.findall((text or "").casefold()))


def outlets(evidence: Evidence, name: str | None = None) -> tuple[str, ...]:
    """The names that this page gives its outlet, the catalogue's name and the host among them."""
    host = (urlsplit(evidence.url).hostname or "").removeprefix("www.")
    publishers = [jsonld.text(node.get("publisher")) for node in evidence.nodes]
    sites = [
        jsonld.text(node.get("name"))
        for node in evidence.nodes
        if {"WebSite", "Organization", "NewsMediaOrganization"} & {*jsonld.types(node)}
    ]
    named = [evidence.meta(field) for field in ("og:site_name", "application-name", "apple-mobile-web-app-title")]
    labels = host.split(".")
    hosts = [host, *labels[:-1]] if len(labels) > 1 else [host]
    return tuple(
        dict.fromkeys(line(text) for text in [*named, name, *publishers, *sites, *hosts] if text and line(text))
    )


def choose(
    evidence: Evidence, *, shown: Sequence[str], lines: Sequence[str], announced: str | None, names: Sequence[str]
) -> str | None:
    """The article's headline.

    shown are the page's main headings in order, lines its short lines, announced is what the feed called it.
    """
    claims = [jsonld.text(evidence.article.get("headline")) if evidence.article else None]
    claims += [evidence.meta("og:title"), announced, evidence.meta("twitter:title"), evidence.title]
    claims += [evidence.meta("headline", "dc.title", "title")]
    raw = [line(claim) for claim in claims if claim and line(claim)]
    claimed = [
        text
        for claim in raw
        if (text := without_outlet(claim, names=names, others=[*raw, *shown, *lines])) and not _is_name(text, names)
    ]
    headings = [
        text
        for heading in shown
        if (text := without_outlet(line(heading), names=names, others=raw)) and not _is_name(text, names)
    ]
    best = max(headings, key=lambda heading: _support(heading, claimed), default=None)
    if best and (not claimed or _support(best, claimed) >= 0.5):
        return best
    # Whoever writes under the site's name may call a page so as well; a bare first heading is still a headline.
    return claimed[0] if claimed else next(iter([*headings, *map(line, shown), *raw]), None)


def without_outlet(title: str, *, names: Iterable[str], others: Iterable[str] = ()) -> str:
    """The title without leading and trailing parts that name the outlet or its section, as far as that is certain."""
    known = {key(name).replace(" ", "") for name in names}
    cuts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(title)]
    alone = {key(other) for other in others} - {key(title)} if cuts else set()
    for start, end in cuts:
        if _named(title[end:], known):
            return without_outlet(title[:start].strip(), names=names, others=others)
    for start, end in reversed(cuts):
        if _named(title[:start], known):
            return without_outlet(title[end:].strip(), names=names, others=others)
    # What stands alone elsewhere on the page is the headline, if it is the greater part; else it is the site's name.
    for start, end in cuts:
        left, right = title[:start].strip(), title[end:].strip()
        if key(left) in alone or key(right) in alone:
            return left if len(left) >= len(right) else right
    last = title.rfind(" | ")
    if last > 0 and len(title[last:].split()) <= 4 and len(title[:last].split()) >= 3:
        return title[:last].strip()
    return title


def _named(part: str, known: set[str]) -> bool:
    """Whether this part of a title is an outlet's name: equal to one, or holding one and little else."""
    squeezed = key(part).replace(" ", "")
    return squeezed in known or any(
        len(name) > 3 and name in squeezed and len(squeezed) < 2.5 * len(name) for name in known
    )


def _is_name(text: str, names: Sequence[str]) -> bool:
    squeezed = key(text).replace(" ", "")
    return not squeezed or squeezed in {key(name).replace(" ", "") for name in names}


def _support(heading: str, claimed: Sequence[str]) -> float:
    """How well the best of the claims and the heading say the same, 0 to 1."""
    # One word that a heading shares with a headline of many proves nothing.
    fit = [claim for claim in claimed if len(heading.split()) > 1 or len(claim.split()) <= 3]
    return max((agreement(heading, claim) for claim in fit), default=0.0)


def agreement(one: str, other: str) -> float:
    """Shared words over the words of the shorter text, a little less the more the lengths differ."""
    a, b = set(key(one).split()), set(key(other).split())
    if not a or not b:
        return 0.0
    shared = len(a & b)
    return 0.8 * shared / min(len(a), len(b)) + 0.2 * shared / max(len(a), len(b))
