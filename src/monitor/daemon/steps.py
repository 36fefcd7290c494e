"""Notices when the wall clock is set or the machine has slept."""

from collections.abc import Callable
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=30)
"""Smaller differences are the clock's own steering."""


class Steps:
    """Compares two clocks from call to call."""

    def __init__(self, *, wall: Callable[[], datetime], time: Callable[[], float]) -> None:
        self._wall, self._time = wall, time
        self._at, self._tick = wall(), time()

    def step(self) -> timedelta:
        """By how much the wall clock has gone ahead of (or, negative, behind) the monotonic one since the last call.

        Zero when both went alike.
        """
        at, tick = self._wall(), self._time()
        ahead = (at - self._at) - timedelta(seconds=tick - self._tick)
        self._at, self._tick = at, tick
        return ahead if abs(ahead) > TOLERANCE else timedelta()
