"""The two ways to start a crawl: with all that it needs opened for it, and from outside any event loop."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from monitor import catalogue, config
from monitor.config import Config
from monitor.crawl.loop import run
from monitor.crawl.run import Crawls
from monitor.errors import UsageError
from monitor.home import Home, find, open_home
from monitor.intake import Intake
from monitor.ledger import Ledger
from monitor.ledger.runs import RunReport
from monitor.model import Source
from monitor.queue import Queue
from monitor.relevance import lexicon
from monitor.relevance.matcher import Matcher
from monitor.relevance.prefilter import Prefilter
from monitor.workers import Workers


@asynccontextmanager
async def crawls(config: Config, home: Home) -> AsyncIterator[Crawls]:
    """The home's ledger, queue and workers, open for as many crawls as wanted."""
    files = catalogue.lexicon_files(home)
    words = lexicon.load(files)
    with Ledger.open(config.store_url(home)) as ledger:
        async with Workers(config.crawl.workers, lexicon_files=files) as workers:
            queue = Queue(config.queue_dir(home))
            intake = Intake(ledger, queue, workers, prefilter=Prefilter(words), matcher=Matcher(words))
            yield Crawls(config, home, ledger=ledger, intake=intake)


def crawl_once(config: Config, home: Home, sources: Sequence[Source], **options: Any) -> RunReport:
    """The sources have been visited; `options` are those of `Crawls.run`.

    The first interrupt (or SIGTERM) ends the visits where they are, releases their sources and is raised as
    KeyboardInterrupt; a second one ends the process at once.
    """

    async def whole() -> RunReport:
        async with crawls(config, home) as open_crawls:
            return await open_crawls.run(sources, **options)

    return run(whole())


async def alone(spider: str) -> RunReport:
    """The home's crawl of the source that the spider of that name visits: what `scrapy crawl NAME` does."""
    home = open_home(find(None, environ=os.environ, cwd=Path.cwd()))
    settings = config.load(home)
    sources = catalogue.load(settings, home).sources
    mine = [source for source in sources if spider in {source.id, source.spider}]
    if not mine:
        raise UsageError(f"no source is visited by the spider {spider!r}; `monitor sources list` shows all")
    async with crawls(settings, home) as open_crawls:
        return await open_crawls.run(mine)
