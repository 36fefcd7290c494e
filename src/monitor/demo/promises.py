"""What the world promises, held against what the monitor made of it. Pure: everything it compares is handed in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.demo.server import Asked
from monitor.demo.world import Article, Outlet

_LANDED = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Where an article of the world has ended."""

    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One crawl of the world: what it reported, and what the outlets were asked meanwhile."""

    report: Mapping[str, Any]
    """As `monitor crawl --json` prints it."""
    asked: Sequence[Asked]


def broken(
    outlets: Sequence[Outlet],
    *,
    fates: Mapping[tuple[str, str], Fate],
    texts: Sequence[str],
    first: Crawl,
    second: Crawl,
) -> tuple[str, ...]:
    """Every promise that was not kept, a sentence each; fates by outlet and path, texts as the queue holds them."""
    return (
        *_wrong_fates(outlets, fates),
        *_wrong_sums(outlets, first.report),
        *_wrong_requests(outlets, first.asked),
        *_wrong_repeat(outlets, second),
        *_wrong_queue(outlets, texts),
    )


def _wrong_fates(outlets: Sequence[Outlet], fates: Mapping[tuple[str, str], Fate]) -> Iterator[str]:
    # Which copy of a story is read first is chance, so a story is looked at as a whole.
    wanted, got, names = Counter[tuple[str, str]](), Counter[tuple[str, str]](), {}
    for outlet in outlets:
        for article in outlet.articles:
            fate = fates[outlet.id, article.path]
            wanted[article.story, article.expect] += 1
            got[article.story, fate.outcome] += 1
            names[article.story] = f"{outlet.name}, {article.title!r}", fate.reason
    for story, outcome in sorted(wanted - got):
        title, reason = names[story]
        others = ", ".join(sorted(other for known, other in got - wanted if known == story))
        yield f"{title}: should be {outcome}, is {others} ({reason})"


def _wrong_sums(outlets: Sequence[Outlet], report: Mapping[str, Any]) -> Iterator[str]:
    rows = {row["id"]: row for row in report["sources"]}
    for outlet in outlets:
        row = rows.get(outlet.id)
        if row is None:
            yield f"{outlet.name}: was not visited"
            continue
        if row["discovered"] != sum(row["outcomes"].values()):
            yield f"{outlet.name}: {row['discovered']} discovered, but the outcomes are {row['outcomes']}"
        if row["discovered"] != len(outlet.articles):
            yield f"{outlet.name}: announces {len(outlet.articles)} articles, {row['discovered']} were discovered"
        if (row["status"] == "failed") != outlet.dead:
            yield f"{outlet.name}: the visit should {'fail' if outlet.dead else 'succeed'}, it is {row['status']!r}"
    total = sum(len(outlet.articles) for outlet in outlets)
    if report["totals"]["discovered"] != total:
        yield f"all outlets: announce {total} articles, {report['totals']['discovered']} were discovered"


def _wrong_requests(outlets: Sequence[Outlet], asked: Iterable[Asked]) -> Iterator[str]:
    counts = Counter((one.outlet, one.path.partition("?utm_")[0]) for one in asked)
    for outlet in outlets:
        for article in outlet.articles:
            count = counts[outlet.id, article.path]
            if article.expect == "blocked" and count:
                yield f"{outlet.name}: {article.path} was asked for although robots.txt does not allow it"
            if count > 1:
                yield f"{outlet.name}: {article.path} was asked for {count} times"


def _wrong_repeat(outlets: Sequence[Outlet], second: Crawl) -> Iterator[str]:
    landed = second.report["totals"]["outcomes"].get(_LANDED, 0)
    if landed:
        yield f"the second crawl landed {landed} articles again"
    pages = {(outlet.id, article.path) for outlet in outlets for article in outlet.articles}
    live = {outlet.id for outlet in outlets if not outlet.dead}
    for one in second.asked:
        if (one.outlet, one.path) in pages:
            yield f"{one.outlet}: {one.path} was asked for again by the second crawl"
        elif one.outlet in live and one.path != "/robots.txt" and one.status != 304:
            yield f"{one.outlet}: {one.path} was sent in full to the second crawl"


def _wrong_queue(outlets: Sequence[Outlet], texts: Sequence[str]) -> Iterator[str]:
    wanted = sum(article.expect == _LANDED for outlet in outlets for article in outlet.articles)
    if len(texts) != wanted:
        yield f"the queue should hold {wanted} files, it holds {len(texts)}"
    known = {_text(article, outlet.credit) for outlet in outlets for article in outlet.articles}
    for text in texts:
        if text not in known:
            yield f"the queue's text is not the article's, all of it and nothing else: {text!r}"


def _text(article: Article, credit: str | None) -> str:
    closing = f"By {article.author}" if article.author else credit
    return "\n".join((article.title, *article.paragraphs, *([closing] if closing else [])))
