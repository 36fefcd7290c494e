"""When it was published: the best of the page's claims that is a plausible moment, and where it was read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from htmldate import find_date
from lxml.html import HtmlElement

from monitor import dates
from monitor.article import jsonld, words
from monitor.article.blocks import Block
from monitor.article.evidence import Evidence
from monitor.model import Claim
from monitor.text import line

_METAS = """
    " article:published_time og:published_time datepublished publish-date publishdate published_time pubdate
    published_date publication_date parsely-pub-date sailthru.date dc.date.issued dcterms.created
    dcterms.issued dc.date dcterms.date article:published cxenseparse:recs:publishtime date_published
    datecreated originalpublicationdate rnews:datepublished og:article:published_time article.published
    citation_publication_date citation_date date
"""
_APART = (24 + 14) * 3600
"""Seconds beyond which no time of the day and no zone explains why two claims of a day differ."""
_INNER = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[\s.]+[^\W\d]{3,12}\.?,?\s+\d{4}(?:,?\s+\d{1,2}:\d\d)?"
    r"|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{4}(?:,?\s+\d{1,2}:\d\d)?|\d{4}-\d\d-\d\d"
)
_STAMP = re.compile(r"\d{4}|\d{1,2}\s*[./:]\s*\d{2}|[۰-۹٠-٩]{2}")


_MOST = 12
"""Claims of a page that are told; a page of many stamps repeats itself."""


def claims(
    evidence: Evidence,
    *,
    near: Sequence[Block],
    beside: Sequence[Block],
    announced: datetime | None,
    zone: str,
    now: datetime,
    chosen: tuple[datetime | None, str | None],
) -> tuple[Claim, ...]:
    """Everything plausible that was to choose from, the surest first, and of it what `choose` has chosen."""
    at, kind = chosen
    found = [
        Claim(evidence=where, at=told.astimezone(UTC))
        for told, where in _claims(evidence, [*beside, *near], announced, zone, now)
        if told is not None and dates.plausible(told, now=now)
    ]
    told = list(dict.fromkeys(found))[:_MOST]
    if at is None or kind is None:
        return tuple(told)
    # The hour may come from another claim of the same day: it is the one with the evidence that is marked.
    mine = next((claim for claim in told if claim.evidence == kind), None)
    winner = Claim(evidence=kind, at=at.astimezone(UTC), chosen=True)
    return tuple(winner if claim is mine else claim for claim in told) if mine else (*told, winner)


def choose(
    evidence: Evidence,
    tree: HtmlElement,
    *,
    near: Sequence[Block],
    beside: Sequence[Block],
    announced: datetime | None,
    zone: str,
    now: datetime,
) -> tuple[datetime | None, str | None]:
    """The publication time, in the page's own zone so that its day is the page's, and its evidence.

    near are the blocks around the headline and the story's end, beside those between headline and story.
    """
    first: datetime | None = None
    kind: str | None = None
    for at, where in _claims(evidence, [*beside, *near], announced, zone, now):
        if at is None or not dates.plausible(at, now=now):
            continue
        if first is None:
            first, kind = at, where
            if _has_time(at):
                break
        elif _has_time(at) and at.date() == first.date():
            # A claim of the day alone is refined by one of the same day with the hour.
            first = at
            break
    shown = _first(_stamps(beside, changed=False), zone, now)
    if shown and first is None:
        return shown, "text"
    if shown and first and kind in {"jsonld", "meta", "time"} and abs((shown - first).total_seconds()) > _APART:
        # Head and page disagree by days: the page is what its readers and editors see, unless it shows both days.
        days = {at.date() for text in _stamps(near) if (at := _read(text, zone, now))}
        if first.date() not in days:
            return shown, "text"
    changed = _first(_stamps(beside, changed=True), zone, now)
    if changed and not shown and kind in {None, "text"}:
        return changed, "text"
    return (first, kind) if first is not None else _searched(tree, evidence.url, zone, now)


def _first(texts: Iterable[str], zone: str, now: datetime) -> datetime | None:
    return next((at for text in texts if (at := _read(text, zone, now))), None)


def _read(text: str, zone: str, now: datetime) -> datetime | None:
    """The moment in a line that may hold other words too."""
    whole = dates.local(text, zone=zone, now=now)
    found = None if whole else _INNER.search(text)
    return whole or (dates.local(found[0], zone=zone, now=now) if found else None)


def _claims(
    evidence: Evidence, near: Sequence[Block], announced: datetime | None, zone: str, now: datetime
) -> Iterator[tuple[datetime | None, str]]:
    for text in _json(evidence):
        yield dates.local(text, zone=zone, now=now), "jsonld"
    for name in _METAS.split():
        for text in evidence.metas.get(name, ()):
            yield dates.local(text, zone=zone, now=now), "meta"
    for element in _times(near):
        stamp = (
            element.get("datetime") or element.get("content") or element.get("title") or line(element.text_content())
        )
        yield dates.local(stamp, zone=zone, now=now), "time"
    here = ZoneInfo(zone)
    at = dates.from_url(evidence.url, zone=zone)
    yield at.astimezone(here) if at else None, "url"
    yield announced.astimezone(here) if announced else None, "feed"
    for text in _stamps(near):
        yield _read(text, zone, now), "text"


def _json(evidence: Evidence) -> Iterable[str]:
    nodes = [evidence.article] if evidence.article is not None else []
    nodes += [node for node in evidence.nodes if {"WebPage", "Product", "ItemPage"} & {*jsonld.types(node)}]
    nodes += [node for node in evidence.nodes if "@type" not in node]
    for field in ("datePublished", "dateCreated", "uploadDate"):
        for node in nodes:
            if text := jsonld.text(node.get(field)):
                yield text


def _times(near: Sequence[Block]) -> Iterator[HtmlElement]:
    """The <time> and datePublished elements around the headline; a clock in the page's header stands elsewhere."""
    seen: set[HtmlElement] = set()
    later: list[HtmlElement] = []
    for block in near:
        for element in block.element.iter():
            if element in seen or not (element.tag == "time" or element.get("itemprop") == "datePublished"):
                continue
            seen.add(element)
            name = " ".join(filter(None, (element.get("class"), element.get("itemprop"), block.text[:40])))
            if words.CHANGED.search(name):
                later.append(element)
            else:
                yield element
    yield from later


def _stamps(near: Sequence[Block], *, changed: bool = False) -> Iterator[str]:
    """The lines that may hold a time; those of a change only when asked for."""
    for block in near:
        if len(block.text) <= 100 and _STAMP.search(block.text) and bool(words.CHANGED.search(block.text)) == changed:
            exact = next((e.get("datetime") for e in block.element.iter("time") if e.get("datetime")), None)
            yield exact or block.text


def _has_time(at: datetime) -> bool:
    return bool(at.hour or at.minute or at.second)


def _searched(tree: HtmlElement, url: str, zone: str, now: datetime) -> tuple[datetime | None, str | None]:
    """What htmldate finds when nothing else is there."""
    found = find_date(
        tree,
        original_date=True,
        extensive_search=False,
        url=url,
        max_date=now.strftime("%Y-%m-%d"),
        min_date="1995-01-01",
    )
    at = dates.local(found, zone=zone, now=now) if found else None
    return (at, "search") if at is not None and dates.plausible(at, now=now) else (None, None)
