"""`monitor extract`: what would be extracted, with nothing stored and nothing judged."""

import sys
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import of
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.article.extract import Extraction
    from monitor.catalogue import Catalogue
    from monitor.crawl.errand import Errands
    from monitor.model import Page
    from monitor.workers import Workers

_AHEAD = 4
"""Pages a worker that are read before the first of them is shown: enough to keep all busy, few enough to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one argument: an extraction, or the reason why there is none."""

    path: str
    url: str | None
    extraction: "Extraction | None" = None
    fault: str | None = None
    """Why nothing could be read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """How pages are got: those that lie elsewhere, and how large those here may be."""

    errands: "Errands"
    most: int


def extract(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="Saved pages or addresses; - is stdin.")],
    *,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The address that a single file came from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a page.")] = False,
) -> None:
    """Show what would be extracted from pages.

    Nothing is stored, and what a page is about does not matter. Without --json the queue's text form is shown.
    """
    if url and (len(what) > 1 or _is_address(what[0])):
        raise typer.BadParameter("goes with a single file only", param_hint="--url")
    call = of(context)
    home = call.home()
    config = call.config(home)
    known = call.catalogue(config, home)

    from monitor import catalogue  # noqa: PLC0415
    from monitor.crawl.errand import Errands  # noqa: PLC0415
    from monitor.crawl.loop import run  # noqa: PLC0415
    from monitor.workers import Workers  # noqa: PLC0415

    async def whole() -> int:
        faults = 0
        async with Workers(config.crawl.workers, lexicon_files=catalogue.lexicon_files(home)) as workers:
            readings = (_read(name, url, known=known, workers=workers, reach=reach) for name in what)
            async for found in _in_order(readings, at_once=_AHEAD * workers.count):
                faults += found.fault is not None
                _show(found, json=json, many=len(what) > 1)
        return faults

    reach = _Reach(errands=Errands(config), most=config.crawl.max_page_bytes)
    call.log_to_stderr()
    if run(whole()):
        raise typer.Exit(1)


async def _in_order(readings: Iterable[Coroutine[None, None, Found]], *, at_once: int) -> AsyncIterator[Found]:
    """What each reading gives, in their order, though many are under way at once."""
    import asyncio  # noqa: PLC0415 - slow to import

    ahead: deque[asyncio.Task[Found]] = deque()
    try:
        for reading in readings:
            ahead.append(asyncio.ensure_future(reading))
            if len(ahead) >= at_once:
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)


async def _read(name: str, url: str | None, *, known: "Catalogue", workers: "Workers", reach: _Reach) -> Found:
    asked = known.at(name) if _is_address(name) else None
    render = asked is not None and asked.render
    try:
        page = await reach.errands.get(name, render=render) if _is_address(name) else _saved(name, url, most=reach.most)
    except MonitorError as error:
        return Found(path=name, url=url or (name if _is_address(name) else None), fault=str(error))
    source = known.at(page.url) if page.url else None
    reading = await workers.read(page, source=source, entry=None, chrome=frozenset(), now=clock.now())
    return Found(path=name, url=page.url or None, extraction=reading.extraction)


def _saved(name: str, url: str | None, *, most: int) -> "Page":
    from monitor.model import Page  # noqa: PLC0415

    try:
        if name == "-":
            body = sys.stdin.buffer.read(most + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(most + 1)
    except OSError as error:
        raise MonitorError(f"{name}: {error.strerror}; give a saved page or an address") from error
    if len(body) > most:
        raise MonitorError(f"{name}: larger than {most} bytes; raise crawl.max_page_bytes if it has to be read")
    return Page(url=url or "", body=body)


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _show(found: Found, *, json: bool, many: bool) -> None:
    extraction = found.extraction
    article = extraction.article if extraction else None
    if json:
        output.record("extract", _json(found))
    elif article:
        from monitor.article import textfile  # noqa: PLC0415

        output.say(f"==> {found.path}\n{textfile.dump(article)}\n" if many else textfile.dump(article))
    if found.fault or (article is None and not json):
        output.complain(f"monitor: {found.fault or f'{found.path}: {_why(found)}'}")


def _why(found: Found) -> str:
    extraction = found.extraction
    return f"{extraction.outcome}: {extraction.reason}" if extraction else "not read"


def _json(found: Found) -> dict[str, object]:
    # A page that is no article may still say its title and date.
    extraction = found.extraction
    article = (extraction.article or extraction.described) if extraction else None
    body: dict[str, object] = {
        "path": found.path,
        "url": found.url or (article.canonical_url if article else None),
        "title": article.title or None if article else None,
        "author": article.author if article else None,
        "authors": article.authors if article else (),
        # In the page's own zone: the day is the one that its readers see.
        "published_at": article.published_at.isoformat() if article and article.published_at else None,
        "language": article.language if article else None,
        "paragraphs": article.paragraphs if article else (),
        "text": article.text if article else "",
    }
    if extraction is None or extraction.article is None:
        body["outcome"] = extraction.outcome if extraction else "failed"
        body["reason"] = extraction.reason if extraction else found.fault
    return body
