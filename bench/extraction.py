"""What extraction costs beside plain trafilatura with metadata, on pages made here or those of a folder.

    python -m bench.extraction [FOLDER]

FOLDER holds *.html or *.html.gz files. Both read the same bytes, in turns, in CPU time; each the best of three rounds.
"""

import gzip
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from monitor.article.extract import extract
from monitor.model import Page

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENTENCE = (
    "Göytəpə kəndində sahəni yoxlayan istehkamçılar bu həftə daha on iki mina tapıb və yerindəcə zərərsizləşdiriblər. "
)


def made() -> Iterator[bytes]:
    """Pages of 2 to 60 paragraphs with menus, cards and a footer."""
    for size in (2, 3, 5, 8, 12, 20, 35, 60):
        menu = "".join(f'<li><a href="/s/{n}">Bölmə {n}</a></li>' for n in range(60))
        story = "".join(f"<p>{n}. {SENTENCE * (1 + n % 4)}</p>" for n in range(size))
        cards = "".join(
            f'<div class="card"><a href="/n/{n}">Digər xəbərin uzun başlığı {n}</a><p>{SENTENCE}</p></div>'
            for n in range(80)
        )
        head = (
            '<meta property="og:type" content="article"><meta property="og:title" content="İstehkamçılar mina tapıb">'
            '<meta property="article:published_time" content="2026-11-20T10:00:00+04:00">'
            '<meta name="author" content="Rauf Quliyev">'
        )
        yield (
            f"<html lang=az><head><title>İstehkamçılar mina tapıb | Alma</title>{head}</head><body>"
            f"<nav><ul>{menu}</ul></nav>"
            f"<article><h1>İstehkamçılar mina tapıb</h1><time datetime='2026-11-20T10:00:00+04:00'>20 noyabr</time>"
            f"{story}</article>"
            f"<aside>{cards}</aside><footer>Alma</footer></body></html>"
        ).encode()


def folder(path: Path) -> Iterator[bytes]:
    for file in sorted([*path.glob("*.html"), *path.glob("*.html.gz")]):
        yield gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def ours(body: bytes) -> object:
    page = Page(url="https://alma.example/news/123.html", body=body)
    return extract(page, source=None, entry=None, chrome=frozenset(), now=NOW)


def theirs(body: bytes) -> object:
    return trafilatura.bare_extraction(body, url="https://alma.example/news/123.html", with_metadata=True)


def seconds(read: Callable[[bytes], object], pages: list[bytes]) -> float:
    begun = time.process_time()
    for body in pages:
        read(body)
    return time.process_time() - begun


def main() -> None:
    pages = list(folder(Path(sys.argv[1])) if len(sys.argv) > 1 else made())
    rounds = [(seconds(ours, pages), seconds(theirs, pages)) for _ in range(3)]
    mine, plain = (min(times) for times in zip(*rounds, strict=True))
    print(f"pages {len(pages)}, {sum(map(len, pages)) / len(pages) / 1000:.0f} kB each")
    print(f"monitor      {mine / len(pages) * 1000:6.1f} ms a page")
    print(f"trafilatura  {plain / len(pages) * 1000:6.1f} ms a page")
    print(f"ratio        {mine / plain:6.2f}")


if __name__ == "__main__":
    main()
