"""How long until the next visit: as often as a source has news, and never given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.health.verdict import overflowed

_FEW = 5
"""Entries: of fewer, a share says nothing."""
_SHORTEST = timedelta(minutes=5)
_LONGEST = timedelta(hours=12)
_SLOWER = 1.25
"""Growth is slow and shrinking quick: an entry that was missed is lost, a poll too many is cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at one channel showed of its pace."""

    entries: int
    known: int
    """Of the entries, those that had been seen before."""
    depth: timedelta | None = None
    """How far back the channel's own document reached."""
    fresh_for: timedelta | None = None
    """For how long the server says that its answer stays as it is."""
    first: bool = False
    """Nobody had looked before, so that everything was new."""

    @property
    def share(self) -> float | None:
        """The share that was known, or None when it says nothing."""
        return None if self.first or self.entries < _FEW else self.known / self.entries

    @property
    def overflowed(self) -> bool:
        """Nothing was known: entries may have come and gone since the last look."""
        return not self.first and overflowed(entries=self.entries, new=self.entries - self.known)


def interval(current: timedelta, *, every: timedelta, looks: Sequence[Look]) -> timedelta:
    """The time until the next visit: half of it when over two thirds were new, more when over two thirds were known.

    It stays between a quarter of the source's own interval and four times it, and below half of what a feed holds.
    Within these bounds no server is asked sooner than it says that there can be something new.

    >>> hour = timedelta(hours=1)
    >>> str(interval(hour, every=hour, looks=[Look(entries=20, known=2)]))
    '0:30:00'
    """
    shares = [look.share for look in looks if look.share is not None]
    if any(share < 1 / 3 for share in shares):
        wanted = current / 2
    elif shares and all(share > 2 / 3 for share in shares):
        wanted = current * _SLOWER
    else:
        wanted = current
    depths = [look.depth / 2 for look in looks if look.depth is not None]
    longest = min(every * 4, max(_LONGEST, every), *depths)
    shortest = min(every, max(every / 4, _SHORTEST))
    fresh = [look.fresh_for for look in looks if look.fresh_for is not None]
    return max(shortest, min(max(wanted, *fresh) if fresh else wanted, longest))
