"""News sites on loopback release their articles in time, a third of them with faults: is anything missed, or asked ill?

    python -m bench.replay [--sites N] [--articles N] [--every SECONDS] [--seed N]

Every site announces its articles in a feed and in a sitemap; each fault stands on one of the faulty sites, in turn. The
sites keep the record, so the figures do not depend on what the monitor says of itself.
"""

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from monitor import catalogue, clock
from monitor.config import Config
from monitor.crawl.loop import run
from monitor.crawl.once import crawls
from monitor.home import open_home
from monitor.ledger import Ledger, schema
from monitor.model import Source
from tests.site.server import Answer, Site, serve

FAULTS = ("503", "429", "slow", "truncate", "reset", "loop", "badxml", "charset", "utm", "nodates")
SHARE = 0.35
"""Of the answers of a faulty site that go wrong; what is wrong with its documents always is."""
TIMEOUT, PAUSE = 2, 1
"""Seconds: for one answer, and in Retry-After."""
FEED = 20
SUBJECTS = (
    "Mina partlayışı: traktorçu yaralanıb",
    "Завтра ожидается дождь",
    "Ականի պայթյուն սահմանին",
    "Bazarda qiymətlər",
)


@dataclass(frozen=True)
class Answered:
    """One request as the site saw it."""

    path: str
    at: float
    whole: bool
    """It was answered with all that was asked for."""
    pause: int = 0


@dataclass
class Outlet:
    """A site, its articles, its fault, and what it was asked."""

    site: Site
    number: int
    fault: str | None
    releases: list[float]
    """Seconds after the start, one an article, ascending."""
    rng: random.Random
    began: float = 0.0
    announced: set[str] = field(default_factory=set)
    log: list[Answered] = field(default_factory=list)

    def open(self) -> None:
        """The site answers from now on."""
        self.began = time.monotonic()
        for path, make in {"/rss.xml": self._feed, "/sitemap.xml": self._map, "/robots.txt": self._robots}.items():
            self.site.routes[path] = lambda asked, make=make: self._answer(asked, make)
        for number in range(len(self.releases)):
            self.site.routes[f"/xeber/{number}"] = lambda asked: self._answer(asked, self._article)
        self.site.routes["/private/1"] = lambda asked: self._answer(asked, lambda _: Answer(body=b"mina"))

    def live(self) -> list[int]:
        """The articles that are out, the newest first."""
        past = time.monotonic() - self.began
        return [number for number, at in enumerate(self.releases) if at <= past][::-1]

    def _answer(self, asked: str, make) -> Answer:  # type: ignore[no-untyped-def]  # one of the methods below
        answer = make(asked)
        bad = self._fault(asked, answer) if self.rng.random() < SHARE else None
        if bad is None and asked in ("/rss.xml", "/sitemap.xml"):
            told = self.live()[:FEED] if asked == "/rss.xml" else self.live()
            self.announced.update(f"/xeber/{number}" for number in told)
        pause = int(bad.headers.get("Retry-After", 0)) if bad else 0
        self.log.append(Answered(urlsplit(asked).path, time.monotonic(), bad is None, pause))
        return bad or answer

    def _fault(self, asked: str, answer: Answer) -> Answer | None:
        if asked == "/robots.txt":
            return None
        if self.fault in ("503", "429"):
            return Answer(status=int(self.fault), headers={"Retry-After": str(PAUSE)})
        cut = len(answer.body) // 2
        return {
            "slow": Answer(body=answer.body, wait=TIMEOUT + 1),
            "truncate": Answer(body=answer.body, type=answer.type, cut=cut),
            "reset": Answer(body=answer.body, cut=0),
            "loop": Answer(status=302, headers={"Location": f"{asked}?r={self.rng.randrange(10**9)}"}),
        }.get(self.fault or "")

    def _link(self, number: int) -> str:
        tail = f"?utm_source=rss&amp;utm_campaign={self.rng.randrange(9)}" if self.fault == "utm" else ""
        return self.site.url(f"/xeber/{number}") + tail

    def _date(self, number: int) -> datetime:
        return clock.now() - timedelta(seconds=time.monotonic() - self.began - self.releases[number])

    def _title(self, number: int) -> str:
        return f"{SUBJECTS[(number + self.number) % len(SUBJECTS)]} {self.number}-{number}"

    def _feed(self, _: str) -> Answer:
        items = ""
        for number in self.live()[:FEED]:
            date = "" if self.fault == "nodates" else f"<pubDate>{format_datetime(self._date(number))}</pubDate>"
            items += f"<item><title>{self._title(number)}</title><link>{self._link(number)}</link>{date}</item>"
        trap = f"<item><title>Mina</title><link>{self.site.url('/private/1')}</link></item>"
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Xəbər</title>{trap}{items}</channel></rss>'
        if self.fault == "badxml":
            text = text.replace("</title>", " & Co</title>").replace("</channel></rss>", "")
        charset = "windows-1251" if self.fault == "charset" else "utf-8"
        return Answer(body=text.encode(), type=f"application/rss+xml; charset={charset}", etag=True)

    def _map(self, _: str) -> Answer:
        rows = "".join(
            f"<url><loc>{self._link(number)}</loc>"
            + ("" if self.fault == "nodates" else f"<lastmod>{self._date(number).isoformat()}</lastmod>")
            + "</url>"
            for number in self.live()
        )
        text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        return Answer(body=text.encode(), type="application/xml", etag=True)

    def _robots(self, _: str) -> Answer:
        return Answer(body=b"User-agent: *\nDisallow: /private/\n", type="text/plain")

    def _article(self, asked: str) -> Answer:
        number = int(urlsplit(asked).path.rpartition("/")[2])
        title = self._title(number)
        body = f"<p>{title}. {'Bu barədə rayon icra hakimiyyətinin mətbuat xidməti məlumat yayıb. ' * 6}</p>" * 3
        text = f"<!doctype html><html lang='az'><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        charset = "windows-1251" if self.fault == "charset" else "utf-8"
        return Answer(body=f"{text}{body}</article></body></html>".encode(), type=f"text/html; charset={charset}")


@contextmanager
def outlets(*, sites: int, articles: int, every: float, seed: int) -> Iterator[list[Outlet]]:
    """The sites, open; a third of the articles is out at once, then each site releases one after the other."""
    with ExitStack() as stack:
        made = []
        for number in range(sites):
            fault = FAULTS[number // 3 % len(FAULTS)] if number % 3 == 0 else None
            out = [max(0.0, (n - articles // 3) * every) for n in range(articles)]
            made.append(Outlet(stack.enter_context(serve()), number, fault, out, random.Random(seed * 1000 + number)))
        for outlet in made:
            outlet.open()
        yield made


def source(name: str, **channels: list[str]) -> Source:
    """A site as the catalogue knows it; channels: the addresses of each kind."""
    table = {"id": name, "name": name, "country": "AZ", "languages": ["az"], "timezone": "Asia/Baku", **channels}
    return catalogue.parse(table, place="bench")


async def watch(made: list[Outlet], directory: Path) -> int:
    """The sites have been visited again and again until all is out and was announced; the number of rounds."""
    home = open_home(directory)
    places = [outlet.site.place for outlet in made]
    config = Config(crawl={"delay": 0, "timeout": TIMEOUT, "allow_private": places, "workers": 1, "concurrency": 40})
    sources = [
        source(f"site{outlet.number}", feeds=[outlet.site.url("/rss.xml")], sitemaps=[outlet.site.url("/sitemap.xml")])
        for outlet in made
    ]
    rounds = calm = 0
    async with crawls(config, home) as open_crawls:
        # Three rounds after the last release: each channel of a faulty site has answered by then, most likely.
        while calm < 3 and rounds < 40:
            calm += all(len(outlet.live()) == len(outlet.releases) for outlet in made)
            await open_crawls.run(sources)
            rounds += 1
            await asyncio.sleep(0.2)
    return rounds


@dataclass(frozen=True)
class Figures:
    """What the sites saw, against what the ledger holds."""

    announced: int
    missing: tuple[str, ...]
    fetched: int
    twice: tuple[str, ...]
    early: int
    pauses: int
    forbidden: int
    outcomes: Counter[str]


def figures(made: list[Outlet], directory: Path) -> Figures:
    u = schema.url.c
    with Ledger.open(open_home(directory).ledger) as ledger, ledger.read() as connection:
        rows = connection.execute(sa.select(u.source, u.url, u.outcome)).all()
    known = {(row.source, urlsplit(row.url).path) for row in rows}
    told = {(f"site{outlet.number}", path) for outlet in made for path in outlet.announced}
    pages = Counter(
        (f"site{outlet.number} ({outlet.fault})", each.path)
        for outlet in made
        for each in outlet.log
        if each.whole and each.path.startswith("/xeber/")
    )
    pauses = [(outlet, each) for outlet in made for each in outlet.log if each.pause]
    early = sum(pause.at < later.at < pause.at + pause.pause - 0.02 for outlet, pause in pauses for later in outlet.log)
    return Figures(
        announced=len(told),
        missing=tuple(f"{name}{path}" for name, path in sorted(told - known)),
        fetched=sum(pages.values()),
        twice=tuple(f"{name}{path}" for (name, path), count in sorted(pages.items()) if count > 1),
        early=early,
        pauses=len(pauses),
        forbidden=sum(each.path.startswith("/private/") for outlet in made for each in outlet.log),
        outcomes=Counter(str(row.outcome) for row in rows),
    )


def replay(*, sites: int, articles: int, every: float, seed: int) -> tuple[Figures, int]:
    """(the figures, the number of crawls)."""
    world = outlets(sites=sites, articles=articles, every=every, seed=seed)
    with tempfile.TemporaryDirectory(prefix="bench-") as place, world as made:
        rounds = run(watch(made, Path(place)))
        return figures(made, Path(place)), rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=30)
    parser.add_argument("--articles", type=int, default=18)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two releases of a site")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    began = datetime.now(UTC)  # noqa: TID251 - a stopwatch
    found, rounds = replay(**vars(options))
    seconds = (datetime.now(UTC) - began).total_seconds()  # noqa: TID251 - a stopwatch
    print(f"{options.sites} sites, a third with faults; {rounds} crawls in {seconds:.0f} s")
    print(f"discovered {found.announced - len(found.missing)} of {found.announced} announced articles", *found.missing)
    print(f"fetched {found.fetched} pages, {len(found.twice)} of them twice without reason", *found.twice)
    print(f"{found.early} requests too early after {found.pauses} pauses asked for (Retry-After)")
    print(f"{found.forbidden} requests that robots.txt forbids")
    print("outcomes", dict(found.outcomes))


if __name__ == "__main__":
    main()
