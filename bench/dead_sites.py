"""How much longer do the living sites take when a third of all sites answer nothing: python -m bench.dead_sites [PAIRS]

Twelve sites on loopback with twelve articles each, four seats. In one crawl four of them take the connection and are
silent until the time is up; in the next they are left out. By turns; then the ratio of the medians.
"""

import logging
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.replay import source
from monitor.config import Config
from monitor.crawl.loop import run
from monitor.crawl.once import crawls
from monitor.crawl.run import Crawls
from monitor.home import open_home
from monitor.model import Progress, VisitReport
from tests.site.server import Answer, Site, serve

SITES, ARTICLES, SEATS = 12, 12, 4
TIMEOUT = 3
"""Seconds for one answer."""


def outlets(stack: ExitStack, round_name: str, *, dead: bool) -> dict[str, Site]:
    """The sites by their names; every third is dead, or absent."""
    sites = {}
    for number in range(SITES):
        living = bool(number % 3)
        if not living and not dead:
            continue
        site = stack.enter_context(serve())
        site.feed("/rss.xml", [site.page(f"/{page}", "mina") for page in range(ARTICLES)])
        if not living:
            site.routes = dict.fromkeys(("/robots.txt", "/rss.xml"), Answer(wait=TIMEOUT + 2))
        sites[f"{round_name}-{'living' if living else 'dead'}-{number}"] = site
    return sites


async def seconds(open_crawls: Crawls, sites: dict[str, Site]) -> float:
    """Until the last living site has been visited."""
    ended: dict[str, float] = {}
    began = time.monotonic()

    def heard(told: Progress) -> None:
        if isinstance(told, VisitReport):
            ended[told.source] = time.monotonic() - began

    sources = [source(name, feeds=[site.url("/rss.xml")]) for name, site in sites.items()]
    await open_crawls.run(sources, progress=heard)
    return max(at for name, at in ended.items() if "-living-" in name)


async def compare(pairs: int, directory: Path) -> tuple[list[float], list[float]]:
    """Seconds without and with dead sites, `pairs` of each; one more goes before, while the worker starts."""
    without, beside = [], []
    with ExitStack() as stack:
        worlds = [
            (outlets(stack, f"a{pair}", dead=False), outlets(stack, f"b{pair}", dead=True)) for pair in range(pairs + 1)
        ]
        places = [site.place for both in worlds for world in both for site in world.values()]
        config = Config(
            crawl={
                "delay": 0.05,
                "timeout": TIMEOUT,
                "allow_private": places,
                "workers": 1,
                "concurrency": SEATS,
            }
        )
        async with crawls(config, open_home(directory)) as open_crawls:
            for living, mixed in worlds:
                without.append(await seconds(open_crawls, living))
                beside.append(await seconds(open_crawls, mixed))
    return without[1:], beside[1:]


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        without, beside = run(compare(pairs, Path(place)))
    one, other = statistics.median(without), statistics.median(beside)
    print("living alone      ", " ".join(f"{each:.2f}" for each in without), f"s, median {one:.2f}")
    print("beside a dead third", " ".join(f"{each:.2f}" for each in beside), f"s, median {other:.2f}")
    print(f"ratio {other / one:.2f}")


if __name__ == "__main__":
    main()
