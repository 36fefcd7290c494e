"""A spider of its name for every source that needs none of its own: `scrapy list`, `scrapy crawl ID`.

The catalogue is that of the home which `monitor` would use here ($MONITOR_HOME, or the nearest monitor.toml upward).
"""

import os
from pathlib import Path

from monitor import catalogue, config
from monitor.crawl.spider import SourceSpider
from monitor.home import Home, find


def _spiders() -> dict[str, type[SourceSpider]]:
    home = Home(find(None, environ=os.environ, cwd=Path.cwd()))
    sources = catalogue.load(config.load(home), home).sources
    return {
        f"source_{source.id}": type("GeneralSpider", (SourceSpider,), {"__module__": __name__, "name": source.id})
        for source in sources
        if source.spider is None
    }


# Scrapy finds spiders as the classes that a module holds.
globals().update(_spiders())
