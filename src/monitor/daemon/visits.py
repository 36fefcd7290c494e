"""Whose turn it is: each source by its own interval, on the monotonic clock, as many at once as there are seats.

The ledger says when a source is due by the wall clock; that is asked once, after each visit, and turned into a span. A
wall clock that is set back or forth then changes nothing for a running daemon.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from monitor import logs
from monitor.model import Source

log = logs.logger(__name__)

_JITTER = 0.05
"""Share by which a span is varied, so that sources with one interval do not march in step."""
_FIRST = 5.0
"""Seconds over which the first visits are spread."""


class Visits:
    """The visits of one daemon."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        visit: Callable[[Source], Awaitable[object]],
        remaining: Callable[[Source], timedelta],
        seats: int,
        time: Callable[[], float],
        rng: random.Random | None = None,
    ) -> None:
        """`remaining` tells how long a source must still wait, by the ledger; `time` is a monotonic clock."""
        self._sources = {source.id: source for source in sources}
        self._visit, self._remaining, self._seats, self._time = visit, remaining, seats, time
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._running: dict[str, asyncio.Task[None]] = {}
        self._due = {source.id: time() + self._wait(source, spread=_FIRST) for source in sources}
        self.done = 0
        """Visits that have ended."""

    @property
    def running(self) -> int:
        """Visits under way."""
        return len(self._running)

    def tick(self) -> None:
        """Sources whose turn it is are being visited, the longest overdue first, as far as there are seats."""
        now = self._time()
        waiting = sorted((at, name) for name, at in self._due.items() if at <= now and name not in self._running)
        for _, name in waiting[: max(0, self._seats - len(self._running))]:
            self._running[name] = asyncio.ensure_future(self._one(self._sources[name]))

    def hasten(self) -> None:
        """What the ledger says is due is due: for a machine that has slept while the monotonic clock stood still."""
        now = self._time()
        for name, source in self._sources.items():
            if name not in self._running:
                self._due[name] = min(self._due[name], now + self._wait(source, spread=_FIRST))

    async def finish(self, *, grace: float) -> None:
        """No visit is under way: those that do not end within `grace` seconds are broken off and rolled back."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _one(self, source: Source) -> None:
        try:
            await self._visit(source)
        except asyncio.CancelledError:
            raise
        except Exception:
            # One visit's trouble, whatever it is, must not end the daemon.
            log.exception("visit failed", source=source.id)
        finally:
            self.done += 1
            del self._running[source.id]
            self._due[source.id] = self._time() + self._wait(source)

    def _wait(self, source: Source, *, spread: float = 0.0) -> float:
        seconds = self._remaining(source).total_seconds()
        return seconds * (1 + self._rng.uniform(-_JITTER, _JITTER)) + self._rng.uniform(0, spread)
