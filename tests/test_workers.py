import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SeedError
from monitor.model import Outcome, Page
from monitor.workers import Reading, Workers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEXICON = (
    (
        "az.toml",
        """
language = "az"
[[term]]
id = "mina"
kind = "object"
weight = 3
words = ["mina"]
""",
    ),
)
STORY = "Ağdam rayonunda mina partlayışı nəticəsində bir nəfər yaralanıb. Yaralı xəstəxanaya aparılıb."


def page(body="", title="Ağdamda mina partlayıb"):
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body or f'<p>{STORY}</p>'}</body></html>"
    return Page(url="https://alpha.example/1", body=html.encode())


def abort(*_):
    os.abort()


def crash(*_):
    ctypes.string_at(0)


def hang(*_):
    while True:
        pass


def hog(*_):
    return [bytearray(64 * 2**20) for _ in range(10_000)]


def fail(*_):
    raise LookupError("no such thing")


def pid(*_):
    return os.getpid()


def ignores_interrupts(*_):
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def begun(opened):
    """Whether a worker has a page in hand."""
    return opened._pool and any(task.started for task in opened._pool._pool_manager.task_manager.tasks.copy().values())


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def workers(reader=None, **options):
    opened = Workers(options.pop("count", 1), lexicon_files=LEXICON, **options)
    if reader is not None:
        opened._reader = reader
    return opened


def read(opened, *pages):
    async def run():
        async with opened:
            return [
                await opened.read(one, source=None, entry=None, chrome=frozenset(), now=NOW)
                for one in pages or (page(),)
            ]

    return asyncio.run(run())


def test_a_page_is_extracted_and_matched():
    (reading,) = read(workers())

    assert reading.failure is None
    assert reading.extraction.article.paragraphs == (STORY,)
    assert reading.match.relevant
    assert {hit.term for hit in reading.match.matches} == {"az:mina"}


def test_a_wrong_lexicon_is_told_before_the_first_page():
    async def run():
        async with Workers(1, lexicon_files=(("ru.toml", "language = 1"),)):
            pytest.fail("it opened")

    with pytest.raises(SeedError, match=r"ru\.toml"):
        asyncio.run(run())


def test_no_process_runs_before_the_first_page():
    async def run():
        async with workers() as opened:
            return opened._pool

    assert asyncio.run(run()) is None


def test_count_is_the_number_of_cores_unless_given():
    assert Workers(lexicon_files=LEXICON).count == os.cpu_count()
    assert Workers(3, lexicon_files=LEXICON).count == 3


@pytest.mark.parametrize(
    ("reader", "failure"),
    [
        (abort, "extract-crash"),
        (crash, "extract-crash"),
        (hang, "extract-timeout"),
        (hog, "extract-memory"),
        (fail, "extract-error: LookupError: no such thing"),
    ],
    ids=["abort", "segfault", "endless", "memory", "exception"],
)
def test_a_page_that_costs_its_worker_has_failed_and_the_next_is_read(reader, failure):
    async def run():
        # Only the endless one may run into the time limit, however busy the machine is.
        async with workers(reader, timeout=1.0 if reader is hang else 20.0) as opened:
            bad = await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW)
            opened._reader = Workers._reader
            good = await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW)
            return bad, good

    bad, good = asyncio.run(run())

    assert bad == Reading(extraction=bad.extraction, match=None, failure=failure)
    assert (bad.extraction.article, bad.extraction.outcome, bad.extraction.reason) == (None, Outcome.FAILED, failure)
    assert good.match.relevant


def test_a_worker_killed_from_outside_between_two_pages_is_replaced():
    async def run():
        async with workers(pid) as opened:
            first = await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW)
            os.kill(first, signal.SIGKILL)
            opened._reader = Workers._reader
            return await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW)

    assert asyncio.run(run()).match.relevant


def test_workers_leave_the_terminals_interrupt_to_their_parent():
    assert read(workers(ignores_interrupts)) == [True]


def test_a_reading_that_nobody_waits_for_stops_its_worker():
    async def run():
        async with workers(hang, timeout=60.0) as opened:
            waiting = asyncio.create_task(opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW))
            await asyncio.to_thread(until, lambda: begun(opened))
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            opened._reader = Workers._reader
            return await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW)

    assert asyncio.run(run()).match.relevant


ORPHANS = """
import asyncio, os, sys
sys.path.insert(0, {root!r})
from tests.test_workers import NOW, page, pid, workers

async def main():
    async with workers(pid, count=2) as opened:
        print(await opened.read(page(), source=None, entry=None, chrome=frozenset(), now=NOW), flush=True)
        await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS.format(root=str(Path(__file__).parent.parent)))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
        parent.stdout.close()
    until(lambda: not Path(f"/proc/{child}").exists())


TORTURE = {
    "100 000 attributes": "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + f">{STORY}</p>",
    "100 000 attributes of 9 kB tags": "".join(f"<p {' '.join(f'a{i}=1' for i in range(1000))}>x" for _ in range(100)),
    "300 nested": "<div>" * 300 + f"<p>{STORY}</p>" + "</div>" * 300,
    "5 000 nested": "<div>" * 5_000 + f"<p>{STORY}</p>",
    "100 000 nested": "<div>" * 100_000,
    "100 000 nested inline": "<b>" * 100_000 + STORY,
    "10 MB of less-than signs": "<" * 10_000_000,
    "10 MB of one word": "a" * 10_000_000,
    "10 MB of ampersands": "&" * 10_000_000,
    "10 MB of white space": "<p>" + " " * 10_000_000 + "</p>",
    "100 000 line breaks": "<br>" * 100_000 + STORY,
    "100 000 paragraphs": "<p>a" * 100_000,
    "100 000 cells": "<table><tr>" + "<td>a" * 100_000,
    "huge colspan": f'<table><tr><td colspan="999999999" rowspan="999999999">{STORY}</table>',
    "50 000 links": '<a href="/x">oxu</a> ' * 50_000,
    "50 000 cards": '<div class="card"><a href="/x">Bir iki üç dörd</a><p>Nə isə oldu.</p></div>' * 50_000,
    "50 000 headings": "<h1>Ağdamda mina partlayıb</h1>" * 50_000,
    "300 000 deep JSON-LD": '<script type="application/ld+json">' + '{"a":' * 300_000 + "</script>",
    "300 000 wide JSON-LD": '<script type="application/ld+json">[' + '{"@type":"Article"},' * 300_000 + "{}]</script>",
    "broken JSON-LD of 5 MB": '<script type="application/ld+json">{"headline": "' + '\\"' * 2_500_000 + "</script>",
    "100 000 metas": '<meta property="og:title" content="a">' * 100_000,
    "unclosed comment": "<!-- " + "x" * 5_000_000,
    "nested tables": "<table><tr><td>" * 2_000 + STORY,
    "nested lists": "<ul><li>" * 20_000 + STORY,
    "NUL bytes": "\x00" * 1_000_000 + STORY,
    "long title": f"<title>{'a | ' * 500_000}</title>",
    "long byline": f'<p class="byline">By {"A B, " * 500_000}</p>',
    "long date": f'<time datetime="{"1" * 1_000_000}">x</time>',
    "separators": f"<p>{'- ' * 1_000_000}</p>",
    "dots": f"<p>{'. ' * 1_000_000}</p>",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TORTURE)
def test_every_torture_document_ends_within_the_limits_and_the_next_page_is_read(name):
    begun = time.monotonic()
    bad, good = read(workers(), page(TORTURE[name]), page())

    assert time.monotonic() - begun < 15
    assert bad.failure in {None, "extract-timeout", "extract-memory", "extract-crash"}
    assert good.match.relevant


@pytest.mark.parametrize(
    "name", ["100 000 attributes", "300 nested", "huge colspan", "100 000 line breaks", "NUL bytes"]
)
def test_the_story_survives_what_can_be_survived(name):
    (reading,) = read(workers(), page(TORTURE[name]))

    assert reading.extraction.article.paragraphs == (STORY,)
