"""The whole way from a feed's entries to queue files, as a program that may be killed anywhere.

Run as a module it is a server for the sweep: it imports everything once and forks for every point, since starting
Python anew for each of hundreds of points would take minutes. A line in is "AT ERROR LASTING HOME", a line out the exit
status.
"""

import asyncio
import ctypes
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from monitor.article.extract import Extraction
from monitor.errors import MonitorError
from monitor.intake import Intake
from monitor.ledger import Ledger, channels, runs, urls
from monitor.model import Article, Channel, ChannelKind, Entry, Match, Page, Source, Validators
from monitor.queue import Queue
from tests.reader import Reading, matcher, prefilter

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOST = "https://xeber.example"
FEED = f"{HOST}/rss"
SOURCE = Source(
    id="xeber",
    name="Xəbər",
    country="AZ",
    languages=("az",),
    timezone="Asia/Baku",
    channels=(Channel(url=FEED, kind=ChannelKind.FEED),),
)
LANDMINE = (
    ("Ağdamda minaya düşən çoban yaralanıb", "Mina partlayışı kəndin yaxınlığındakı otlaqda baş verib."),
    ("Под Физули на мине подорвался трактор", "Водитель получил осколочные ранения, сообщили в прокуратуре."),
)
OTHER = ("Bərdədə buğda əkini başa çatıb", "Fermerlər məhsulun yüksək olacağını gözləyirlər.")
PAGES = {
    f"{HOST}/xeber/1": LANDMINE[0],
    f"{HOST}/xeber/2": LANDMINE[1],
    f"{HOST}/xeber/3": LANDMINE[0],
    f"{HOST}/xeber/4": OTHER,
}
ERROR = 3
"""Exit status when the work ended with a message for a person."""


class Reader:
    """Knows what the pages say: reading is not what is struck, and pages read in earnest would only take time."""

    async def read(self, page: Page, **_: object) -> Reading:
        title, *paragraphs = PAGES[page.url]
        article = Article(url=page.url, title=title, paragraphs=tuple(paragraphs))
        relevant = title != OTHER[0]
        match = Match(relevant=relevant, score=3.0 * relevant, category=None, language=None)
        return Reading(Extraction(article=article, blocks=("menu", title)), match)


def work(home: Path) -> None:
    """One run: recover, look at the feed, take in what is due."""
    with Ledger.open(home / "monitor.db") as ledger:
        intake = Intake(ledger, Queue(home / "queue"), Reader(), prefilter=prefilter(), matcher=matcher())
        intake.recover(now=NOW)
        run = runs.start(ledger, kind="crawl", now=NOW)
        # The feed says "not modified" to whoever has its validators, as a server does.
        if channels.validators(ledger, source=SOURCE.id, url=FEED).etag is None:
            entries = [Entry(url=url) for url in PAGES]
            urls.discover(
                ledger,
                run=run,
                source=SOURCE,
                channel=FEED,
                entries=entries,
                validators=Validators(etag='"1"'),
                now=NOW,
            )
        for due in urls.due(ledger, run=run, source=SOURCE.id, limit=100, now=NOW):
            page = Page(url=due.entry.url, body="\n".join(PAGES[due.entry.url]).encode(), content_type="text/plain")
            asyncio.run(intake.page(run=run, source=SOURCE, due=due, page=page, now=NOW))
        runs.visited(ledger, run=run, source=SOURCE.id, status="ok", started_at=NOW, now=NOW)
        runs.finish(ledger, run=run, now=NOW)


def serve() -> None:
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    # Once, before the forks.
    matcher(), prefilter(), import_module("alembic.command")
    print("ready", flush=True)
    for line in sys.stdin:
        at, error, lasting, home = line.rstrip("\n").split(" ", 3)
        child = os.fork()
        if child == 0:
            _one(shim, int(at), int(error), int(lasting), Path(home))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _one(shim: ctypes.CDLL, at: int, error: int, lasting: int, home: Path) -> None:
    shim.shim_arm(at, error, lasting)
    status, told = 0, ""
    try:
        work(home)
    except MonitorError as cause:
        status, told = ERROR, str(cause)
    except BaseException as cause:  # noqa: BLE001 - told to the test, which fails
        status, told = 1, repr(cause)
    count = shim.shim_count()
    shim.shim_arm(-1, 0, 0)
    (home / "told").write_text(f"{count}\n{told}")
    os._exit(status)


if __name__ == "__main__":
    serve()
