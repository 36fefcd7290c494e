"""What a poll costs: python -m bench.discovery

A feed of 300 invented items, read by feedparser as it comes, by the monitor the first time, with one new item, and
with none.
"""

import hashlib
import io
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import feedparser

from monitor.discovery import feed
from monitor.model import Channel, ChannelKind, Source

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WORDS = """
mina rayon kənd sapyor yaralı взрыв район сапёр мина поле landmine village injured clearance ական գյուղ ნაღმი სოფელი
"""
CHANNEL = Channel(url="https://alov.example/rss.xml", kind=ChannelKind.FEED)
SOURCE = Source(id="alov", name="Alov", country="AZ", languages=("az",), timezone="Asia/Baku", channels=(CHANNEL,))


def rss(count: int, *, first: int = 0, length: int = 40) -> bytes:
    rng = random.Random(7)

    def item(n: int) -> str:
        rng.seed(n)
        say = lambda many: " ".join(rng.choices(WORDS.split(), k=many))  # noqa: E731
        at = format_datetime(NOW - timedelta(minutes=3_000 - n % 3_000))
        return (
            f"<item><title>{say(9)}</title><link>https://alov.example/news/{n}</link><guid>{n}</guid><pubDate>{at}</pubDate>"
            f"<dc:creator>{say(2)}</dc:creator><category>{say(1)}</category>"
            f"<description><![CDATA[<p>{say(length)}</p><img src='/i/{n}.jpg'/>"
            f"<a href='/news/{n}'>+</a>]]></description></item>"
        )

    items = "".join(item(n) for n in reversed(range(first, first + count)))
    return f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Alov</title>{items}</channel></rss>'.encode()


def cost(work: Callable[[], object], rounds: int = 5) -> float:
    """Median CPU time in milliseconds."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        taken.append((time.process_time() - started) * 1e3)
    return sorted(taken)[rounds // 2]


def read(body: bytes, known: frozenset[str] = frozenset()) -> object:
    return feed.parse(
        body, url=CHANNEL.url, content_type="text/xml", source=SOURCE, channel=CHANNEL, now=NOW, known=known
    )


def main() -> None:
    before, after = rss(300), rss(301)
    known = feed.parse(before, url=CHANNEL.url, content_type="text/xml", source=SOURCE, channel=CHANNEL, now=NOW).keys
    plain = cost(
        lambda: feedparser.parse(io.BytesIO(after), response_headers={"content-type": "text/xml; charset=utf-8"})
    )
    figures = {
        "feedparser_ms": plain,
        "first_time_ms": cost(lambda: read(after)),
        "one_new_ms": cost(lambda: read(after, known)),
        "none_new_ms": cost(lambda: read(before, known)),
        "same_bytes_ms": cost(lambda: hashlib.sha256(before).hexdigest()),
    }
    figures["one_new_ratio"] = plain / figures["one_new_ms"]
    figures["same_bytes_ratio"] = plain / figures["same_bytes_ms"]
    endless = rss(50_000, length=10)
    figures["endless_50000_ms"] = cost(lambda: read(endless), rounds=1)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({name: round(value, 2) for name, value in figures.items()}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
