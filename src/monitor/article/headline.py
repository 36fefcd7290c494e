"""The headline: what the page shows above its text, confirmed by what its head claims, without the outlet's name."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.article import jsonld
from monitor.article.evidence import Evidence
from monitor.text import line

_SEPARATOR = re.compile(r"\s+(?:[|¦•·»«›—–/:-]|::|\|\||-{2,}|>>|\.{3})\s+|\s*[|¦]\s*|\s+»\s*")
_WORD = re.compile(r"\w+")
_LONGEST = 30
"""Words; what is longer describes the story rather than heads it."""


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


def choose(evidence: Evidence, *, lines: Sequence[str], announced: str | None, names: Sequence[str]) -> str | None:
    """The article's headline.

    lines are the page's short lines, announced is what the feed called it.
    """
    address = urlsplit(evidence.url)
    if address.hostname and address.path in {"", "/"} and not address.query:
        names = ()  # a home page is called as its outlet is
    claims = [jsonld.text(evidence.article.get("headline")) if evidence.article else None]
    claims += [evidence.meta("og:title"), announced, evidence.meta("twitter:title"), evidence.title]
    claims += [evidence.meta("headline", "dc.title", "title")]
    raw = [line(claim) for claim in claims if claim and line(claim)]
    cut = {key(without_outlet(claim, names=names, others=raw)) for claim in raw}
    shown = [text for element in evidence.headings if (text := _reading(element, cut - {""}))]
    claimed = [
        text
        for claim in raw
        if (text := without_outlet(claim, names=names, others=[*raw, *lines], headings=shown))
        and not _is_name(text, names)
    ]
    headings = [
        text
        for heading in shown
        if (text := without_outlet(heading, names=names, others=raw))
        and not _is_name(text, names)
        and len(text.split()) <= _LONGEST
    ]
    best = max(headings, key=lambda heading: _support(heading, claimed), default=None)
    if best and (not claimed or _support(best, claimed) >= 0.5):
        return _as_spelt(best, evidence, claimed)
    if claimed:
        # Of what the head says in several ways the page itself shows one.
        seen = {key(text) for text in lines}
        return next((text for text in claimed if len(text.split()) > 3 and key(text) in seen), claimed[0])
    # Whoever writes under the site's name may call a page so as well; a bare first heading is still a headline.
    return next(iter([*headings, *shown, *raw]), None)


def _reading(heading: HtmlElement, claims: Collection[str]) -> str:
    """The heading's text: its parts set apart, unless run together or alone they are what the head claims."""
    texts = [line(text) for text in heading.itertext()]
    apart = line(" ".join(texts))
    others = (line("".join(heading.itertext())), *texts)
    return next((text for text in (apart, *others) if key(text) in claims), apart)


def _as_spelt(heading: str, evidence: Evidence, claimed: Sequence[str]) -> str:
    """The heading as the head spells it, where a word at most is another and the head agrees with itself."""
    claim = evidence.meta("og:title") or ""
    one, other = key(heading), key(claim)
    if claim not in claimed or other != key(evidence.title) or agreement(heading, claim) < 0.97:
        return heading
    return heading if other.startswith(one) or sorted(one.split()) == sorted(other.split()) else claim


def without_outlet(
    title: str, *, names: Iterable[str], others: Iterable[str] = (), headings: Iterable[str] = ()
) -> str:
    """The title without leading and trailing parts that name the outlet or its section, as far as that is certain."""
    known = {key(name).replace(" ", "") for name in names}
    cuts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(title)]
    heads = {key(heading) for heading in headings}
    name, colon, rest = title.partition(": ")
    if colon and key(name) in heads and _named(name, known):
        return without_outlet(rest.strip(), names=names, others=others, headings=headings)
    alone = ({key(other) for other in others} | heads) - {key(title)} if cuts else set()
    pieces = [piece for piece in _SEPARATOR.split(title) if key(piece) in alone and not _named(piece, known)]
    if pieces and key(longest := max(pieces, key=len)) in heads:
        return longest.strip()
    if pieces and title.startswith(pieces[0]) and key(pieces[0]) in heads:
        return pieces[0].strip()
    for start, end in cuts:
        if _named(title[end:], known):
            return without_outlet(title[:start].strip(), names=names, others=others, headings=headings)
    for start, end in reversed(cuts):
        if _named(title[:start], known):
            return without_outlet(title[end:].strip(), names=names, others=others, headings=headings)
    return _greater_part(title, cuts, alone)


def _greater_part(title: str, cuts: Iterable[tuple[int, int]], alone: Collection[str]) -> str:
    """The title's greater part, where one part stands alone on the page or the last is short enough for a name."""
    # What stands alone is the headline, if it is the greater part; else it is the site's name.
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
    most = _LONGEST if len(heading.split()) > 1 else 3
    fit = [claim for claim in claimed if len(claim.split()) <= most]
    return max((agreement(heading, claim) for claim in fit), default=0.0)


def agreement(one: str, other: str) -> float:
    """Shared words over the words of the shorter text, a little less the more the lengths differ."""
    a, b = set(key(one).split()), set(key(other).split())
    if not a or not b:
        return 0.0
    shared = len(a & b)
    return 0.8 * shared / min(len(a), len(b)) + 0.2 * shared / max(len(a), len(b))
