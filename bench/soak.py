"""The daemon watches fifty loopback sites for thousands of visits: does it grow, leak, or block its loop?

    python -m bench.soak [--visits N] [--sites N] [--speed N] [--trace]

Real daemon, crawl, ledger, queue and workers; only the clock runs `speed` times as fast. The sites live in a process
of their own, so that memory, files and threads are the daemon's alone. Sites release an item now and then, some of it
about mines, some of it copied from a neighbour; one site in twenty-five is broken. Targets: at most 1 MB in 1 000
visits, files and threads flat, no block of the loop longer than 250 ms, no errors.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from monitor import catalogue, clock, config, logs
from monitor.crawl.loop import event_loop
from monitor.daemon.run import Daemon, Setup
from monitor.home import Home
from monitor.ledger import Ledger, counts

PROBE = 0.01
"""Seconds between two looks at the loop."""
SAMPLES = 60
"""So many looks at memory, files and threads."""
WARM = 0.2
"""The first share of the visits fills caches and is no slope."""


class FastClock:
    """Stands for the class `datetime` in monitor.clock: real time until `begin`, then faster."""

    def __init__(self, speed: float) -> None:
        self._speed, self._origin = 1.0, time.monotonic()
        self._wall, self._fast = datetime.now(clock.UTC), speed  # noqa: TID251 - what the monitor takes for now

    def begin(self) -> None:
        self._wall, self._origin, self._speed = self.now(clock.UTC), time.monotonic(), self._fast

    def now(self, zone: tzinfo) -> datetime:
        return self._wall.astimezone(zone) + timedelta(seconds=self._elapsed())

    def time(self) -> float:
        """A monotonic clock that goes alike."""
        return self._wall.timestamp() + self._elapsed()

    def _elapsed(self) -> float:
        return (time.monotonic() - self._origin) * self._speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the process held at one moment."""

    visits: int
    rss: float
    files: int
    threads: int
    tasks: int

    @classmethod
    def taken(cls, visits: int) -> "Sample":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            visits=visits,
            rss=pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names are enough
            threads=threading.active_count(),
            tasks=len(asyncio.all_tasks()),
        )


@dataclass
class Blocks:
    """How long the loop kept others waiting, by the clock and by its own CPU time."""

    late: list[float] = field(default_factory=list)
    cpu: float = 0.0
    """The most CPU time between two looks: what a block would be on a machine that does nothing else."""

    async def watch(self) -> None:
        while True:
            at, cpu = time.monotonic(), time.thread_time()
            await asyncio.sleep(PROBE)
            late = time.monotonic() - at - PROBE
            self.late.append(late)
            self.cpu = max(self.cpu, time.thread_time() - cpu)


class Complaints(logging.Handler):
    """Counts what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.msg
        self.count[str(message["event"]) if isinstance(message, dict) else record.getMessage()] += 1


async def soak(daemon: Daemon, fast: FastClock, *, visits: int, sites: int, tell: Callable[[Sample], None]) -> Blocks:
    """The daemon has made so many visits; each look is told."""
    living, blocks, watching = asyncio.ensure_future(daemon.live()), Blocks(), None
    every = max(1, visits // SAMPLES)
    wanted = every
    while daemon.visits < visits and not living.done():
        await asyncio.sleep(0.05)
        if daemon.ready and fast._speed == 1.0 and daemon.visits >= min(sites, visits) // 2:  # noqa: SLF001 - ours
            fast.begin()
        if watching is None and daemon.visits >= min(sites, visits) // 2:
            watching = asyncio.ensure_future(blocks.watch())
        if daemon.visits >= wanted:
            wanted = daemon.visits + every
            tell(Sample.taken(daemon.visits))
    if watching is not None:
        watching.cancel()
    daemon.stop()
    await living
    return blocks


@contextmanager
def served(count: int) -> Iterator[list[int]]:
    """The ports of so many sites, in a process of their own."""
    command = [sys.executable, "-m", "bench.soak_sites", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def settings(ports: list[int], every: str) -> str:
    places = json.dumps([f"127.0.0.1:{port}" for port in ports])
    head = f'timezone = "Asia/Baku"\n[catalogue]\nbundled = false\n[crawl]\ndelay = 0\nallow_private = {places}\n'
    head += '[metrics]\ntextfile = "monitor.prom"\n'
    sources = (
        f'[[source]]\nid = "site-{number}"\nname = "Site {number}"\ncountry = "AZ"\nlanguages = ["en"]\n'
        f'timezone = "Asia/Baku"\nevery = "{every}"\nfeeds = ["http://127.0.0.1:{port}/rss.xml"]\n'
        for number, port in enumerate(ports)
    )
    return head + "".join(sources)


def slope(samples: list[Sample]) -> float:
    """MB in a thousand visits, of the best straight line once all is warm."""
    late = [sample for sample in samples if sample.visits >= WARM * samples[-1].visits]
    if len(late) < 2:
        return 0.0
    return statistics.linear_regression([s.visits for s in late], [s.rss for s in late]).slope * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=20_000)
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--every", default="1m", help="each site's own interval")
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--trace", action="store_true", help="tell where memory grew (slow)")
    options = parser.parse_args()
    fast, complaints, samples = FastClock(options.speed), Complaints(), list[Sample]()
    clock.datetime = fast  # type: ignore[assignment,misc]  # the one reader of the clock reads ours
    with tempfile.TemporaryDirectory(prefix="monitor-soak-") as directory, served(options.sites) as ports:
        home = Home(Path(directory))
        home.settings.write_text(settings(ports, options.every), "utf-8")
        logs.to_stderr_and_file(home.log, level=logging.INFO)
        root = logging.getLogger()
        root.handlers[:] = [root.handlers[1], complaints]

        def load() -> Setup:
            found = config.load(home)
            return Setup(config=found, sources=tuple(catalogue.load(found, home).select()))

        before: list[tracemalloc.Snapshot] = []

        def tell(sample: Sample) -> None:
            samples.append(sample)
            held = f"{sample.files:>3} files  {sample.threads:>3} threads  {sample.tasks:>3} tasks"
            print(f"{sample.visits:>6} visits  {sample.rss:7.1f} MB  {held}", flush=True)
            if options.trace and not before and sample.visits >= WARM * options.visits:
                gc.collect()
                tracemalloc.start(12)
                before.append(tracemalloc.take_snapshot())

        started = time.monotonic()
        loop = event_loop()
        blocks = loop.run_until_complete(
            soak(Daemon(home, load, time=fast.time), fast, visits=options.visits, sites=options.sites, tell=tell)
        )
        seconds = time.monotonic() - started
        if before:
            gc.collect()
            for grown in tracemalloc.take_snapshot().compare_to(before[0], "traceback")[:12]:
                print(grown, *grown.traceback.format()[-8:], sep="\n")
        with Ledger.open(home.ledger) as ledger:
            landed = counts.articles(ledger)["landed"]
    report(samples, blocks, complaints, seconds=seconds, landed=landed)


def report(samples: list[Sample], blocks: Blocks, complaints: Complaints, *, seconds: float, landed: int) -> None:
    late = sorted(blocks.late)
    warm = [sample for sample in samples if sample.visits >= WARM * samples[-1].visits]
    found = {
        "visits": samples[-1].visits,
        "seconds": round(seconds),
        "landed": landed,
        "rss_mb": [round(warm[0].rss, 1), round(warm[-1].rss, 1)],
        "slope_mb_per_1000": round(slope(samples), 3),
        "files": [min(s.files for s in warm), max(s.files for s in warm), warm[-1].files],
        "threads": [min(s.threads for s in warm), max(s.threads for s in warm), warm[-1].threads],
        "longest_block_ms": round(late[-1] * 1000) if late else None,
        "block_p999_ms": round(late[int(len(late) * 0.999)] * 1000) if late else None,
        "longest_cpu_ms": round(blocks.cpu * 1000),
        "complaints": dict(complaints.count.most_common(10)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
