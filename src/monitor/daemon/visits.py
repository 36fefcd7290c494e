"""Whose turn it is: each source by its own interval, on the monotonic clock, as many at once as there are seats.

The ledger says when a source is due by the wall clock; that is asked once, after each visit, and turned into a span. A
wall clock that is set back or forth then changes nothing for a running daemon. A ledger that does not answer is asked
again with every tick; until then its sources wait, and nothing else does.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from monitor import logs
from monitor.crawl.manners import backoff
from monitor.errors import MonitorError
from monitor.model import Source

log = logs.logger(__name__)

_JITTER = 0.05
"""Share by which a span is varied, so that sources with one interval do not march in step."""
_SPREAD = 5.0
"""Seconds over which visits that are due at once are spread."""
_AGAIN, _SELDOM = timedelta(seconds=30), timedelta(minutes=1)
"""After a visit that left its source due, the ledger is asked again so much later, and doubling up to the interval."""


class Visits:
    """The visits of one daemon."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        visit: Callable[[Source], Awaitable[object]],
        remaining: Callable[[Sequence[Source]], Awaitable[Mapping[str, timedelta]]],
        seats: int,
        time: Callable[[], float],
        rng: random.Random | None = None,
    ) -> None:
        """`remaining` tells how long each source must still wait, by the ledger; `time` is a monotonic clock."""
        self._sources = {source.id: source for source in sources}
        self._visit, self._remaining, self._seats, self._time = visit, remaining, seats, time
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ask = {source.id: time() for source in sources}
        """When the ledger is asked about a source."""
        self._due: dict[str, float] = {}
        """When a source is visited, as far as the ledger has said."""
        self._asking: asyncio.Task[None] | None = None
        self._deaf = False
        """The ledger did not answer the last time; said once."""
        self._ended: set[str] = set()
        """Sources whose visit has ended and of which the ledger has not been asked since."""
        self._unmoved: Counter[str] = Counter()
        """Visits in a row that left their source due: it was leased elsewhere, or the ledger took nothing."""
        self._door = asyncio.Lock()
        self._closed = False
        self.done = 0
        """Visits that have ended."""
        self.failed = 0
        """Of these, those that broke off with an error."""

    @property
    def running(self) -> int:
        """Visits under way."""
        return len(self._running)

    def tick(self) -> None:
        """Sources whose turn it is are being visited, the longest overdue first, as far as there are seats."""
        if self._closed:
            return
        now = self._time()
        if self._asking is None and (asked := {name: at for name, at in self._ask.items() if at <= now}):
            self._asking = asyncio.ensure_future(self._learn(asked))
        waiting = sorted((at, name) for name, at in self._due.items() if at <= now and name not in self._running)
        for _, name in waiting[: max(0, self._seats - len(self._running))]:
            del self._due[name]
            self._running[name] = asyncio.ensure_future(self._one(self._sources[name]))

    def hasten(self) -> None:
        """What the ledger says is due is due: for a machine that has slept while the monotonic clock stood still."""
        now = self._time()
        self._ask |= {name: now for name in self._sources if name not in self._running}
        self.tick()

    @asynccontextmanager
    async def rest(self, *, patience: float) -> AsyncIterator[bool]:
        """No visit begins while the context lasts; the value tells whether all ended within `patience` seconds."""
        if self._closed:
            yield False
            return
        self._closed = True
        try:
            if self._running:
                await asyncio.wait(self._running.values(), timeout=patience)
            yield not self._running
        finally:
            self._closed = False

    async def finish(self, *, grace: float, patience: float = 5.0) -> None:
        """No visit is under way and none begins; those that outlast `grace` seconds are broken off and rolled back.

        One that does not even end within `patience` seconds more is left behind, and said.
        """
        self._closed = True
        if self._asking is not None:
            self._asking.cancel()
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=patience)
        if self._running:
            log.error("visits left behind", sources=sorted(self._running))

    async def _one(self, source: Source) -> None:
        try:
            async with self._door:
                # Sixteen that begin at once would keep all others waiting.
                await asyncio.sleep(0)
            await self._visit(source)
        except asyncio.CancelledError:
            raise
        except MonitorError as error:
            self.failed += 1
            log.error("visit failed", source=source.id, why=str(error))  # noqa: TRY400 - expected, told in one line
        except Exception:
            # One visit's trouble, whatever it is, must not end the daemon.
            self.failed += 1
            log.exception("visit failed", source=source.id)
        finally:
            self.done += 1
            del self._running[source.id]
            self._ended.add(source.id)
            self._ask[source.id] = self._time()
            self.tick()

    async def _learn(self, asked: Mapping[str, float]) -> None:
        """The ledger has said when these sources are due; or it has not, and they stay to be asked about."""
        try:
            spans = await self._remaining([self._sources[name] for name in asked])
        except MonitorError as error:
            if not self._deaf:
                log.warning("the ledger does not say who is due; it is asked again", why=str(error))
            self._deaf = True
            return
        except Exception:
            if not self._deaf:
                log.exception("the ledger does not say who is due; it is asked again")
            self._deaf = True
            return
        finally:
            self._asking = None
        self._deaf = False
        for name, at in asked.items():
            # Of one that was visited meanwhile the answer is out of date.
            if name not in self._running and self._ask.get(name) == at:
                self._plan(name, spans[name])

    def _plan(self, name: str, wait: timedelta) -> None:
        now, source = self._time(), self._sources[name]
        ended = name in self._ended
        self._ended.discard(name)
        if wait > timedelta():
            self._unmoved.pop(name, None)
        elif ended:
            self._unmoved[name] += 1
            cap = max(source.every, _SELDOM)
            again = backoff(self._unmoved[name], base=_AGAIN, cap=cap, chance=self._rng.random)
            self._ask[name] = now + again.total_seconds()
            return
        del self._ask[name]
        seconds = wait.total_seconds() * (1 + self._rng.uniform(-_JITTER, _JITTER))
        at = now + seconds + self._rng.uniform(0, _SPREAD)
        self._due[name] = min(at, self._due.get(name, at))
