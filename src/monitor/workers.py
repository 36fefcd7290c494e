"""Processes that read pages within limits: a page that hangs, crashes or eats memory costs one worker, never a visit.

Each page is extracted and matched in a child that is killed and replaced when it is over its time, CPU time or memory.
The children are forked from a server process that has the readers loaded and holds no other thread, descriptor or lock
of ours; they ignore the terminal's interrupt and die with their parent.
"""

import asyncio
import ctypes
import logging
import math
import multiprocessing
import os
import resource
import signal
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from monitor.article.extract import Extraction, extract
from monitor.model import Entry, Match, Outcome, Page, Source
from monitor.relevance import lexicon
from monitor.relevance.matcher import Matcher

log = logging.getLogger(__name__)

LexiconFiles = tuple[tuple[str, str], ...]
"""(label, TOML text) of each file."""

_PR_SET_PDEATHSIG = 1
# Pages a worker reads before it is replaced: what libxml2 and the allocators keep is given back that way.
_PAGES_PER_WORKER = 2000
_BROKEN = (BrokenProcessPool, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one page in a worker."""

    extraction: Extraction
    """Without an article, with the outcome `failed` and the failure as reason, when the worker did not survive it."""
    match: Match | None = None
    """None when there is no article."""
    failure: str | None = None
    """extract-timeout, -memory, -crash, or extract-error with what was raised; None when all went well."""


class Workers:
    """Reads pages in `count` processes, as many as there are cores for 0; none runs before the first page comes."""

    def __init__(
        self,
        count: int = 0,
        *,
        lexicon_files: LexiconFiles,
        timeout: float = 10.0,
        memory: int = 768 * 2**20,
    ) -> None:
        """A page may take `timeout` seconds, by the clock and of CPU alike, and `memory` bytes of address space."""
        self.count = count or os.cpu_count() or 1
        self._files, self._timeout, self._memory = lexicon_files, timeout, memory
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> Self:
        lexicon.load(self._files)  # a wrong file is told here, not by a worker that cannot begin
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            await asyncio.to_thread(pool.join)

    async def read(
        self, page: Page, *, source: Source | None, entry: Entry | None, chrome: frozenset[str], now: datetime
    ) -> Reading:
        """What the page holds and whether it is about landmines; never raises for anything a page can do."""
        for _ in range(2):
            error, reading = await self._run(page, source, entry, chrome, now)
            if reading is not None:
                return reading
            if not isinstance(error, _BROKEN):
                break
            # A worker died between two pages (killed from outside): the pool gives up, a new one takes over.
            self._pool = None
        failure = _failure(error)
        log.warning("not read url=%s failure=%s", page.url, failure)
        return Reading(
            extraction=Extraction(article=None, outcome=Outcome.FAILED, reason=failure), match=None, failure=failure
        )

    async def _run(self, *task: object) -> tuple[BaseException | None, Reading | None]:
        try:
            future = self._running.schedule(self._reader, args=task, timeout=self._timeout)
        except RuntimeError as broken:  # the pool has given up since
            return broken, None
        waiting = asyncio.wrap_future(future)
        try:
            await asyncio.wait([waiting])
        finally:
            waiting.cancel()  # nobody waits any more: the worker that reads it is stopped
        if waiting.cancelled():
            return CancelledError(), None
        error = waiting.exception()
        return error, None if error else waiting.result()

    @property
    def _running(self) -> ProcessPool:
        if self._pool is None or not self._pool.active:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload([__name__])
            self._pool = ProcessPool(
                max_workers=self.count,
                max_tasks=_PAGES_PER_WORKER,
                initializer=_begin,
                initargs=(self._files, self._memory, self._timeout),
                context=context,
            )
        return self._pool

    @staticmethod
    def _reader(
        page: Page, source: Source | None, entry: Entry | None, chrome: frozenset[str], now: datetime
    ) -> Reading:
        """What a worker does with a page."""
        _limit_cpu(_child.seconds)
        extraction = extract(page, source=source, entry=entry, chrome=chrome, now=now)
        article = extraction.article
        if article is None:
            return Reading(extraction=extraction)
        match = _child.matcher.match(title=article.title, paragraphs=article.paragraphs, language=article.language)
        return Reading(extraction=extraction, match=match)


def _failure(error: BaseException | None) -> str:
    """What went wrong, in a word; an exception that a reader raised is a fault of ours and is named."""
    if isinstance(error, TimeoutError):
        return "extract-timeout"
    if isinstance(error, MemoryError):
        return "extract-memory"
    if isinstance(error, ProcessExpired):
        return "extract-timeout" if error.exitcode == -signal.SIGXCPU else "extract-crash"
    if isinstance(error, (*_BROKEN, CancelledError)):
        return "extract-crash"
    return f"extract-error: {type(error).__name__}: {error}"[:200]


class _Child:
    """What a worker process keeps between pages."""

    files: LexiconFiles = ()
    seconds = 10

    @cached_property
    def matcher(self) -> Matcher:
        """The matcher, built once."""
        return Matcher(lexicon.load(self.files))


_child = _Child()


def _begin(files: LexiconFiles, memory: int, timeout: float) -> None:
    """A worker process has its limits, dies with its parent and has built its matcher."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # the parent died before the line above
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _child.files, _child.seconds = files, math.ceil(timeout)
    _ = _child.matcher


def _limit_cpu(seconds: int) -> None:
    """From now on the process may use so many seconds of CPU: what the clock misses on a busy machine ends here."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds + 1, hard))
