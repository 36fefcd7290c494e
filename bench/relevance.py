"""What relevance costs: python -m bench.relevance [FOLDER]

Prefilter, matcher and extraction in one run on the same pages, in milliseconds of processor time a page, and their
ratios. Without FOLDER on pages that it makes; with one, on its *.html and *.html.gz.
"""

import gzip
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor import house
from monitor.article.extract import extract
from monitor.model import Article, Page
from monitor.relevance import lexicon
from monitor.relevance.matcher import Matcher
from monitor.relevance.prefilter import Prefilter
from monitor.relevance.terms import Lexicon

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
EVERYDAY = """
the council opened a new school on Monday and the mayor spoke about buses roads water heating prices teachers pupils
markets weather football concerts museums hospitals doctors farmers exports imports trains tickets holidays
"""
MINES = (
    "A shepherd stepped on a landmine near the village and lost his leg.",
    "Сапёры обезвредили три противотанковые мины у железной дороги.",
    "Füzulidə mina partlayıb, iki nəfər yaralanıb.",
)


def made(count: int) -> list[bytes]:
    """Pages of about 150 kB, most of it mark-up; one in twenty has mines in it."""
    rng = random.Random(7)
    words = EVERYDAY.split()

    def sentence() -> str:
        return " ".join(rng.choices(words, k=14)).capitalize() + "."

    def page(number: int) -> str:
        links = "".join(
            f'<li class="menu-item menu-item-{n}"><a class="link link--small" href="/section/{n}/{rng.random()}">'
            f"{sentence()[:30]}</a></li>"
            for n in range(400)
        )
        script = f"<script>var data = {[rng.random() for _ in range(2500)]};</script>"
        body = [" ".join(sentence() for _ in range(4)) for _ in range(9)]
        if number % 20 == 0:
            body.insert(0, rng.choice(MINES))
        story = "".join(f'<p class="text">{paragraph}</p>' for paragraph in body)
        return (
            f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{sentence()[:60]}</title>{script}</head>"
            f"<body><ul>{links}</ul><article><h1>{sentence()[:60]}</h1>{story}</article><footer>{links}</footer></body></html>"
        )

    return [page(number).encode() for number in range(count)]


def paths(folder: Path) -> list[Path]:
    """The pages in a folder and below."""
    return sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.html.gz"))


def body(path: Path) -> bytes:
    """The bytes of a page."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def words() -> Lexicon:
    """The lexicon that the project brings along."""
    return lexicon.load(
        [(path.name, path.read_text("utf-8")) for path in sorted((house.seeds() / "lexicon").glob("*.toml"))]
    )


def spent(work: Callable[[bytes], Any], bodies: Sequence[bytes]) -> tuple[float, list[Any]]:
    """Milliseconds of processor time a page, and what came of each."""
    started = time.process_time()
    results = [work(body) for body in bodies]
    return (time.process_time() - started) / len(bodies) * 1000, results


def main() -> None:
    bodies = list(map(body, paths(Path(sys.argv[1])))) if len(sys.argv) > 1 else made(60)
    started = time.process_time()
    terms = words()
    loaded = (time.process_time() - started) * 1000
    matcher = Matcher(terms)
    started = time.process_time()
    prefilter = Prefilter(terms)
    made_ready = (time.process_time() - started) * 1000

    def read(content: bytes) -> Article | None:
        page = Page(url="https://alov.example/news/2026/11/24/story-1", body=content)
        return extract(page, source=None, entry=None, chrome=frozenset(), now=NOW).article

    # Once before the clock starts, so that no first use is counted: imports, and the memory of everyday words.
    for content in bodies[:10]:
        read(content)
        prefilter.passes(content)
    filtering, passed = spent(prefilter.passes, bodies)
    extraction, articles = spent(read, bodies)
    texts = [article for article in articles if article]
    for article in texts[:10]:
        matcher.match(title=article.title, paragraphs=article.paragraphs)
    started = time.process_time()
    accepted = sum(
        matcher.match(title=one.title, paragraphs=one.paragraphs, language=one.language).relevant for one in texts
    )
    matching = (time.process_time() - started) * 1000
    size = sum(map(len, bodies)) / len(bodies)
    length = sum(len(one.text) for one in texts)
    print(f"{len(bodies)} pages of {size / 1000:.0f} kB, {len(texts)} articles, {accepted} accepted")
    print(f"lexicon     {loaded:8.1f} ms to load")
    print(f"extraction  {extraction:8.2f} ms a page")
    share = sum(passed) / len(bodies)
    print(f"prefilter   {filtering:8.2f} ms a page   1/{extraction / filtering:.0f} of extraction   {share:.1%} pass")
    large = b"".join(bodies * (10_000_000 // sum(map(len, bodies)) + 1))[:10_000_000]
    started = time.process_time()
    prefilter.passes(large)
    print(f"prefilter   {(time.process_time() - started) * 1000:8.1f} ms for 10 MB   {made_ready:.0f} ms to make ready")
    print(f"matcher     {matching / max(1, length) * 5000:8.2f} ms per 5 kB of text")
    stems = "mina взрыв "
    started = time.process_time()
    matcher.match(title="", paragraphs=[stems * (1_000_000 // len(stems))])
    print(f"matcher     {(time.process_time() - started) * 1000:8.1f} ms for 1 MB of repeated stems")


if __name__ == "__main__":
    main()
