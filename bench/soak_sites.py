"""The sites of the soak: small, quick, and never the same for long. `python -m bench.soak_sites N` serves N of them."""

import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

RELEASE = 8
"""A site has a new item every so many polls."""
SHOWN = 20
START = 5
"""Items that a site has at the beginning."""
PLACES = ("Aldara", "Verin Hats", "Kelbere", "Zangar", "Ninos", "Sarvan", "Tepeköy", "Lower Mor", "Qaraqoyun", "Vashla")
PEOPLE = ("Tural Ahmadli", "Ani Sarkisyan", "Giorgi Lomauri", "Olena Kravets", "Murat Demirel", "Reza Sohrabi")
MINES = (
    "A landmine exploded near {place} on the morning of day {n}, injuring {person}, who was herding {m} sheep.",
    "Deminers of the agency cleared {m} hectares at {place} and destroyed {n} anti-tank mines there this week.",
    "{person} stepped on an anti-personnel mine in a field outside {place}; {m} residents were moved away.",
)
OTHER = (
    "The municipality of {place} opened {m} new bus stops; {person} said that number {n} would follow in spring.",
    "A concert of {person} in {place} was heard by {n} guests, who gave {m} minutes of applause at the end.",
    "The price of apples in {place} rose to {m} a crate, reports {person}, after {n} days without rain.",
)
MORE = (
    "Visitor number {n} was greeted by {person}, and {m} photographs were taken in front of the town hall of {place}.",
    "The report of {m} pages will be read in {place} by a commission of {n} members under the chair of {person}.",
    "{person} thanked {n} volunteers from {place} and announced that the work would go on for another {m} weeks.",
    "According to the timetable, {m} vehicles leave {place} every day, and {person} is responsible for {n} of them.",
)


def article(site: int, number: int) -> tuple[str, list[str]]:
    """Headline and paragraphs of one item; one in fifteen is a neighbour's, word for word."""
    if number % 15 == 7:
        site = max(0, site - 1)
    seed = int.from_bytes(hashlib.sha256(f"{site}/{number}".encode()).digest()[:8])

    def fill(text: str, shift: int) -> str:
        value = seed >> shift
        return text.format(
            place=PLACES[value % len(PLACES)],
            person=PEOPLE[value // 7 % len(PEOPLE)],
            n=value % 9973 + 11,
            m=value // 13 % 887 + 2,
        )

    lead = (MINES if number % 5 == 0 else OTHER)[seed % 3]
    first = fill(lead, 0)
    rest = [fill(MORE[(seed + n) % len(MORE)], 3 * n + 1) for n in range(4)]
    return first.partition(",")[0].partition(";")[0], [first, *rest]


def page(site: int, number: int) -> bytes:
    title, paragraphs = article(site, number)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(30))
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article"></head>'
        f"<body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{text}</article></main>"
        f"<footer>Site {site}, all rights reserved</footer></body></html>"
    ).encode()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Sites:
    """What each site holds by now."""

    def __init__(self) -> None:
        self.polls: Counter[int] = Counter()
        self.ports: dict[int, int] = {}
        self._begun = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=12)  # noqa: TID251 - a server's own clock

    def feed(self, site: int) -> bytes:
        self.polls[site] += 1
        # Sites do not march in step.
        newest = START + (self.polls[site] + site) // RELEASE
        base = f"http://127.0.0.1:{self.ports[site]}"
        items = "".join(
            f"<item><title>{article(site, n)[0]}</title><link>{base}/news/{n}</link>"
            f"<pubDate>{format_datetime(self._begun + timedelta(minutes=n))}</pubDate></item>"
            for n in range(newest, max(0, newest - SHOWN), -1)
        )
        head = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Site {site}</title><link>{base}</link>'
        return f"{head}{items}</channel></rss>".encode()

    def answer(self, site: int, path: str) -> tuple[int, str, bytes]:
        if site % 25 == 24:
            return 500, "text/plain", b"broken"
        if path == "/rss.xml":
            return 200, "application/rss+xml", self.feed(site)
        number = path.removeprefix("/news/")
        if number.isdecimal():
            return 200, "text/html; charset=utf-8", page(site, int(number))
        return 404, "text/plain", b"?"


async def serve(count: int) -> None:
    sites = Sites()

    def handler(site: int) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    lines = head.decode("latin-1").split("\r\n")
                    asked = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                    status, kind, body = sites.answer(site, lines[0].split()[1])
                    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                    if status == 200 and asked.get("if-none-match") == etag:
                        status, body = 304, b""
                    writer.write(
                        f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nETag: {etag}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode()
                        + body
                    )
                    await writer.drain()
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        return handle

    for site in range(count):
        server = await asyncio.start_server(handler(site), "127.0.0.1", 0, backlog=64)
        sites.ports[site] = server.sockets[0].getsockname()[1]
    print(json.dumps(list(sites.ports.values())), flush=True)
    # Until whoever started it closes the pipe.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
