"""The rhythm of a source: how long a silence its own past explains.

Hours are not alike: an outlet that prints forty stories a day may sleep from midnight to seven and on Sundays. Time is
therefore counted in expected arrivals (its "load"): an hour at night adds little, a working hour adds much. A source is
silent when the load since its last arrival is well above every load it has ever let pass, so the same rule serves forty
stories a day and one a week.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

_WEEK = 168
"""Hours."""
_HISTORY = timedelta(weeks=8)
_ARRIVALS = 60
"""A slow source is judged on at least this many arrivals, however long ago."""
_SHRINK = 24.0
"""Arrivals that the assumption "all hours are alike" is worth; little history changes it little."""
_FEW = 8
_MARGIN, _REGULAR = 1.25, 1.5
"""How far above every load of the past a silence must lie, and how far where nothing but regularity was seen."""
_FALSE_ALARMS = 0.25
"""A year and source, if gaps went on as they do beyond the middle one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A look that brought something new."""

    at: datetime
    looked_at: datetime | None = None
    """The look before, which found nothing new yet: what was not watched, in an outage say, is no silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How much a source says in which hour of the week, and how much silence it has shown."""

    zone: str
    steps: tuple[float, ...]
    """Expected arrivals from Monday 00:00 local to each hour of the week; 169 values from 0."""
    patience: float
    """The load after which silence is no longer explained."""

    def load(self, start: datetime, end: datetime) -> float:
        """Arrivals to expect between two moments."""
        return max(0.0, self.position(end) - self.position(start))

    def silence(self, last: datetime) -> datetime:
        """The moment from which on a silence since `last` is no longer explained."""
        if self.steps[-1] <= 0:
            return last + timedelta(days=3650)
        target = self.position(last) + self.patience
        low, high = last, last + timedelta(weeks=2 + self.patience / self.steps[-1])
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if self.position(middle) < target else (low, middle)
        return high

    def position(self, moment: datetime) -> float:
        """Arrivals to expect from a fixed Monday of long ago to the moment."""
        local = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        hours = (local - datetime(2001, 1, 1)).total_seconds() / 3600  # noqa: DTZ001 - a local Monday
        weeks, hour = divmod(hours, _WEEK)
        whole = int(hour)
        part = self.steps[whole] + (self.steps[whole + 1] - self.steps[whole]) * (hour - whole)
        return weeks * self.steps[-1] + part


def learn(arrivals: Sequence[Arrival], *, zone: str, now: datetime) -> Rhythm | None:
    """The rhythm that the arrivals show, or None when three are not yet known.

    arrivals: ascending; several at one moment count once.
    """
    known = list({a.at: a for a in arrivals if a.at <= now}.values())
    recent = [a for a in known if a.at > now - _HISTORY]
    known = recent if len(recent) >= _ARRIVALS else known[-_ARRIVALS:]
    if len(known) < 3:
        return None
    span = max((known[-1].at - known[0].at).total_seconds() / 3600, 1.0)
    steps = _steps([a.at.astimezone(ZoneInfo(zone)) for a in known], per_hour=(len(known) - 1) / span)
    rhythm = Rhythm(zone=zone, steps=steps, patience=math.inf)
    gaps = [rhythm.load(before.at, max(before.at, a.looked_at or a.at)) for before, a in pairwise(known)]
    return Rhythm(zone=zone, steps=steps, patience=_patience(gaps, per_year=(len(known) - 1) / span * 8766))


def _steps(times: Sequence[datetime], *, per_hour: float) -> tuple[float, ...]:
    """Hour of the day and day of the week, each learned apart: 31 numbers that little history can fill, not 168."""
    hours, days = [0] * 24, [0] * 7
    for time in times:
        hours[time.hour] += 1
        days[time.weekday()] += 1
    total = len(times) + _SHRINK
    by_hour = [(_smooth(hours, h) + _SHRINK / 24) * 24 / total for h in range(24)]
    by_day = [(days[d] + _SHRINK / 7) * 7 / total for d in range(7)]
    weights = [by_day[n // 24] * by_hour[n % 24] for n in range(_WEEK)]
    scale = per_hour * _WEEK / sum(weights)
    return tuple(accumulate((w * scale for w in weights), initial=0.0))


def _smooth(hours: Sequence[int], hour: int) -> float:
    return (hours[hour - 1] + 2 * hours[hour] + hours[(hour + 1) % 24]) / 4


def _patience(gaps: Sequence[float], *, per_year: float) -> float:
    if len(gaps) < _FEW:
        return _chance(per_year)
    # Beyond the middle gap, the longer ones fall off as chance has it, each outlet with its own slope: a regular one is
    # missed sooner, a moody one later, and one odd silence of the past does not excuse all later ones.
    middle = statistics.median(gaps)
    slope = statistics.fmean(max(gap - middle, 0.0) for gap in gaps) * 2
    expected = middle + slope * _chance(per_year / 2)
    return max(min(expected, 1.5 * _chance(per_year)), _MARGIN * max(gaps) if max(gaps) > 1.5 else _REGULAR)


def _chance(per_year: float) -> float:
    return math.log(max(per_year / _FALSE_ALARMS, math.e**2))
