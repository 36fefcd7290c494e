"""Pages and what reads them, for tests of the way of a page: the real extraction and lexicons, without processes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape

from monitor import house
from monitor.article.extract import Extraction, extract
from monitor.model import Entry, Match, Outcome, Page, Source
from monitor.relevance.lexicon import load
from monitor.relevance.matcher import Matcher
from monitor.relevance.prefilter import Prefilter


@dataclass(frozen=True)
class Reading:
    extraction: Extraction
    match: Match | None


@cache
def matcher() -> Matcher:
    return Matcher(_lexicon())


@cache
def prefilter() -> Prefilter:
    return Prefilter(_lexicon())


@cache
def _lexicon():
    return load([(path.name, path.read_text("utf-8")) for path in sorted((house.seeds() / "lexicon").glob("*.toml"))])


class Reader:
    """Reads in this process; `killed` holds the addresses whose page would kill a worker."""

    def __init__(self) -> None:
        self.killed: set[str] = set()
        self.read_pages: list[str] = []

    async def read(
        self, page: Page, *, source: Source | None, entry: Entry | None, chrome: frozenset[str], now: datetime
    ) -> Reading:
        self.read_pages.append(page.url)
        if page.url in self.killed:
            reason = "reading took longer than 20 s"
            return Reading(Extraction(article=None, outcome=Outcome.FAILED, reason=reason), None)
        extraction = extract(page, source=source, entry=entry, chrome=chrome, now=now)
        article = extraction.article
        if article is None:
            return Reading(extraction, None)
        found = matcher().match(title=article.title, paragraphs=article.paragraphs, language=article.language)
        return Reading(extraction, found)


def html(
    title: str,
    *paragraphs: str,
    language: str = "az",
    canonical: str | None = None,
    published: str | None = None,
    aside: tuple[str, ...] = ("Ana səhifə", "Əlaqə", "Reklam üçün müraciət edin"),
) -> bytes:
    """A page as outlets build them: menu, article, footer."""
    head = f'<title>{escape(title)}</title><meta charset="utf-8">'
    if canonical:
        head += f'<link rel="canonical" href="{escape(canonical)}">'
    if published:
        head += f'<meta property="article:published_time" content="{published}">'
    menu = "".join(f"<li>{escape(text)}</li>" for text in aside)
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head>{head}</head><body><nav><ul>{menu}</ul></nav>'
        f"<main><article><h1>{escape(title)}</h1>{body}</article></main>"
        f"<footer><p>© Qarabağ Xəbər</p></footer></body></html>"
    ).encode()
