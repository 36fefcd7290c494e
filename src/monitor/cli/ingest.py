"""`monitor ingest`: take articles in that somebody else has fetched."""

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import of
from monitor.cli.lines import Lines, Row, Unfit
from monitor.text import line, scrub

if TYPE_CHECKING:
    from monitor.catalogue import Catalogue
    from monitor.intake import Intake, Result
    from monitor.model import Article, Entry, Page, Source

_WANTED = '{"url": "…", "html": "…"} or {"url": "…", "title": "…", "text": "…"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One article that was handed in: a page, or a text."""

    source: "Source"
    entry: "Entry"
    page: "Page | None"
    article: "Article | None"


def ingest(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSON Lines; - is stdin.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object an article.")] = False,
) -> None:
    """Take articles from JSON Lines.

    Each line has url and html, or url, title and text, and may have id, source, author, published_at and language. They
    go the same way as crawled pages.
    """
    call = of(context)
    home = call.home()
    config = call.config(home)
    known = call.catalogue(config, home)
    lines = Lines(files, wanted=_WANTED)

    import asyncio  # noqa: PLC0415 - slow to import

    from monitor import catalogue  # noqa: PLC0415
    from monitor.intake import Intake  # noqa: PLC0415
    from monitor.ledger import runs  # noqa: PLC0415
    from monitor.queue import Queue  # noqa: PLC0415
    from monitor.relevance.matcher import Matcher  # noqa: PLC0415
    from monitor.relevance.prefilter import Prefilter  # noqa: PLC0415
    from monitor.workers import Workers  # noqa: PLC0415

    async def whole() -> None:
        words = call.lexicon()
        with call.ledger(config, home) as ledger:
            async with Workers(config.crawl.workers, lexicon_files=catalogue.lexicon_files(home)) as workers:
                queue = Queue(config.queue_dir(home))
                intake = Intake(ledger, queue, workers, prefilter=Prefilter(words), matcher=Matcher(words))
                intake.recover(now=clock.now())
                run = runs.start(ledger, kind="ingest", now=clock.now())
                try:
                    await _take_in(lines, intake, run=run, known=known, zone=config.zone, json=json)
                finally:
                    runs.finish(ledger, run=run, now=clock.now())
            call.publish(config, home, ledger)

    call.log_to_stderr()
    call.await_hooks(config, home)
    asyncio.run(whole())
    call.tell_hooks(config, home)
    if lines.faults:
        raise typer.Exit(1)


async def _take_in(lines: Lines, intake: "Intake", *, run: int, known: "Catalogue", zone: str, json: bool) -> None:
    # One after the other: which of two copies comes first decides which of them lands.
    for row in lines:
        now = clock.now()
        try:
            handed = read(row, known=known, zone=zone, now=now)
        except Unfit as cause:
            lines.complain(row.place, cause)
            continue
        if handed.article is not None:
            result = await intake.text(run=run, source=handed.source, article=handed.article, now=now)
        elif handed.page is not None:
            result = await intake.html(run=run, source=handed.source, entry=handed.entry, page=handed.page, now=now)
        _show(row, handed.entry.url, result, json=json)


def read(row: Row, *, known: "Catalogue", zone: str, now: datetime) -> Handed:
    """The article that a row hands in; Unfit says what is missing or wrong."""
    from monitor import dates  # noqa: PLC0415
    from monitor.model import Article, Entry, Page  # noqa: PLC0415

    url = _address(row)
    source = _source(row, url, known=known, zone=zone)
    published = row.text("published_at")
    at = dates.parse(published, zone=source.timezone, now=now) if published else None
    if published and at is None:
        raise Unfit(f'"published_at" is {published!r}; write an ISO date-time')
    title, author, html = line(row.text("title")), line(row.text("author")), row.text("html")
    language = row.language()
    entry = Entry(url=url, title=title or None, published_at=at, author=author or None, language=language)
    if html:
        # The mark at the beginning outranks whatever charset the page declares: it has been decoded already.
        body = codecs.BOM_UTF8 + html.encode("utf-8", "replace")
        page = Page(url=url, body=body, content_type="text/html; charset=utf-8")
        return Handed(source=source, entry=entry, page=page, article=None)
    if not title or not row.text("text"):
        raise Unfit(f"neither html nor title and text; wanted: {_WANTED}")
    paragraphs = [part for part in map(line, scrub(row.text("text")).split("\n")) if part]
    article = Article(
        url=url,
        title=title,
        paragraphs=tuple(paragraphs[1:] if paragraphs[:1] == [title] else paragraphs),
        authors=(author,) if author else (),
        published_at=at,
        date_evidence="feed" if at else None,
        language=language,
    )
    return Handed(source=source, entry=entry, page=None, article=article)


def _address(row: Row) -> str:
    url = line(row.text("url", needed=True))
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        good = False
    if not good:
        raise Unfit(f'"url" is {url!r}; a web address is wanted')
    return url


def _source(row: Row, url: str, *, known: "Catalogue", zone: str) -> "Source":
    """The source that the row names, else the one of the catalogue that the address belongs to, else its host."""
    from monitor.model import Source  # noqa: PLC0415

    name = line(row.text("source"))
    for source in known.sources:
        if source.id == name:
            return source
    if not name and (found := known.at(url)):
        return found
    name = name or (urlsplit(url).hostname or "").removeprefix("www.")
    return Source(id=name, name=name, country="INT", languages=(), timezone=zone, channels=())


def _show(row: Row, url: str, result: "Result", *, json: bool) -> None:
    if json:
        shown = {"id": row.fields.get("id"), "url": url, "outcome": result.outcome, "reason": result.reason}
        output.record("ingest", shown, name=result.name, incident=None)
        return
    parts = [f"{result.outcome:<12}", result.name or "-", url, result.reason or ""]
    output.say(" ".join(part for part in parts if part))
